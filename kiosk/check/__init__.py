"""What a technician runs on site: each check is one plain line, with what to do about it."""
