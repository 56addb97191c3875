"""Demo colleges: a simulated one, and real data sets with their mappings."""
