"""Random small colleges and policies, seeded, for property tests."""
