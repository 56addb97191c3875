"""The demo college: a seeded simulator of a college's fifteen tables, as they stand at the end of any week.

``simulate.Simulation`` is the way in. Whole semesters are drawn first and what is not known yet is hidden
afterwards, so that a row never depends on the week at which somebody looks. Rows come in parts, a cohort's semester
after the other, so that a large college takes little memory. ``spoil.Spoiler`` makes some of them wrong on purpose.
"""
