"""Complaints (SP4N-LAPOR!) from the tables that its admin can save, without text or names."""
