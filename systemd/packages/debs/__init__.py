"""Debian packages of kiosk and collector, from a checkout: `make packages`."""
