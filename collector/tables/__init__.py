"""Tables that offices keep, CSV or .xlsx, read cell by cell, with every fault told."""
