"""Misuse of kiosks: a ruleset, what it takes out of the filtered index, and cases for people."""
