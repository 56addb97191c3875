"""What happened each week, as known at that week (scoring.md sections 1 and "Calendar and roll")."""
