"""Kotak Senyum's collector: signed votes to an honest index."""
