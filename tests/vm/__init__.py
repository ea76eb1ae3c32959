"""A kiosk without a Pi: a real kernel's GPIO chip (gpio-sim) and a real systemd, inside QEMU.

The image is built from Debian packages and this checkout; docs/firmware.md tells what it proves.
"""
