"""Real input: the Open University Learning Analytics Dataset (CC BY 4.0, doi 10.1038/sdata.2017.171).

``load`` puts the compressed CSV files into an SQLite database under their own table names, which then plays the
college; ``mapping.toml`` reads it as the canonical tables and ``policy.toml`` gives its calendar; ``judge`` compares
what was flagged with how the enrolments ended. Only ``judge`` reads the outcomes: no score, mapping or policy may.
What came of it is in docs/explanation/on-real-data.md.
"""
