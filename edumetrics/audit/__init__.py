"""Who did what, when, to whom, from where: append-only."""
