"""Kotak Senyum's kiosk: buttons to signed votes, on a Raspberry Pi."""

from importlib.metadata import version

__version__ = version("kotak-senyum")
