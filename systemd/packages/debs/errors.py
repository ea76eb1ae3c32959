"""What can go wrong while packages are built."""


class PackageError(RuntimeError):
    """A package cannot be built; the message says what is missing and what to do."""
