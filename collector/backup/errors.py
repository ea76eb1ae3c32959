"""What goes wrong with backups."""

from collector.errors import CollectorError


class BackupError(CollectorError, RuntimeError):
    """A backup could not be taken or put back."""


class NotWhole(BackupError):
    """A backup is not what it was when it was taken, or never was a whole ledger."""
