"""Counts of the people whom offices served, from the tables of their queues."""
