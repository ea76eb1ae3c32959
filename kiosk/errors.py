"""Everything that can go wrong in a kiosk, under one root."""


class SenyumError(Exception):
    """Root of the errors that the kiosk raises on purpose."""
