"""What the signals mean: effort, performance, attendance requirement, baseline, risk (scoring.md sections 2-6)."""
