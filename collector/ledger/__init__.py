"""Every SQL statement of the collector: votes, heads, placements, counts."""
