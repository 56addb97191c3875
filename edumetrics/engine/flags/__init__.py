"""Whom to see, in what order, and why (scoring.md sections 7 and 8)."""
