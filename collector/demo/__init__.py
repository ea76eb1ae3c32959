"""The demo: a simulated public, a year of its votes, and live kiosks."""
