"""What things cost on this machine: `make bench`. Ratios within one run are the result."""
