"""Surveys (SKM) from the tables in which offices keep them."""
