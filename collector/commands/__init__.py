"""The commands of senyum-collector, one file each; collector.cli loads them by name."""
