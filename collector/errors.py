"""Everything that can go wrong in a collector, under one root."""


class CollectorError(Exception):
    """Root of the errors that the collector raises on purpose."""
