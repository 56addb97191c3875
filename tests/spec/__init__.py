"""scoring.md as examples: a chapter a file, a small table in, arithmetic a reader can redo."""
