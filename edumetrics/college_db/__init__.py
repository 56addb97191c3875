"""The college's database: read only, three times over (docs/reference/college-database.md)."""
