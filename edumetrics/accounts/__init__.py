"""Who uses EduMetrics, in which role, and whose students each may see."""
