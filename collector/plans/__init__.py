"""What people may write into a follow-up plan."""
