"""Is what the ledger says still what it said? Audit, witnesses, and evidence for third parties."""
