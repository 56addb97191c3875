"""The slow, obvious scorer: scoring.md in plain loops and exact fractions, to hold the engine against.

It shares only the policy and the calendar with the engine. It applies no quality rule of college-schema.md: give it clean tables.
"""
