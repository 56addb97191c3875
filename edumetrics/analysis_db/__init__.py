"""Our own database: the tables that EduMetrics writes (analysis-tables.md)."""
