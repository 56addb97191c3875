"""The real program on real databases."""
