"""Frames out of databases and into them, whole columns at a time. Knows no table of its own."""
