"""Copies of the ledger: taken while it is written, tried, put back, and gone in time."""
