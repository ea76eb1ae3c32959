"""Flask pages: read counts, show indices."""
