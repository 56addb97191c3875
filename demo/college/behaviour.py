"""Kinds of students, and how a cohort conducts itself in the weeks of a semester."""

from dataclasses import dataclass

import numpy as np

from demo.college.streams import Counts, Flags, Numbers, logit, share_of, stream
from demo.college.terms import ENDTERM_WEEK, MIDTERM_WEEK, NEVER, SEMESTERS, WEEKS

Change = tuple[float, float]
"""A level before and after the turn of the semester."""


@dataclass(frozen=True)
class Kind:
    """A kind of student. Levels are shares (0-1), ``ability`` is in standard deviations.

    ``stays`` is the chance of being of this kind next semester too; ``turns`` the first and last week
    in which the turn may begin, which takes ``turn_weeks``.
    """

    name: str
    share: float
    stays: float
    ability: float
    attendance: Change
    hand_in: Change
    study: Change
    turns: tuple[int, int] = (NEVER, NEVER)
    turn_weeks: int = 4
    leaving: float = 1.0


KINDS = (
    Kind("steady", 0.49, 0.85, 0.1, (0.88, 0.88), (0.955, 0.955), (0.72, 0.72), leaving=0.6),
    Kind("strong", 0.17, 0.85, 0.9, (0.94, 0.94), (0.985, 0.985), (0.88, 0.88), leaving=0.3),
    Kind("fading", 0.065, 0.30, -0.1, (0.87, 0.46), (0.94, 0.27), (0.70, 0.22), turns=(2, 13), leaving=2.5),
    Kind("crammer", 0.105, 0.75, -0.3, (0.79, 0.90), (0.57, 0.95), (0.30, 0.95)),
    Kind("absent", 0.045, 0.60, -0.8, (0.47, 0.47), (0.56, 0.56), (0.34, 0.34), leaving=4),
    Kind("plagiarist", 0.04, 0.70, -0.2, (0.84, 0.84), (0.92, 0.92), (0.58, 0.58)),
    Kind("recovering", 0.065, 0.20, -0.4, (0.64, 0.90), (0.40, 0.94), (0.26, 0.74), turns=(5, 9), turn_weeks=3),
    Kind("silent", 0.02, 0.20, -0.2, (0.78, 0.78), (0.85, 0.85), (0.58, 0.58), leaving=6),
)
KIND_NAMES = [kind.name for kind in KINDS]
_CRAMMER, _FADING, _PLAGIARIST, _SILENT = map(KIND_NAMES.index, ("crammer", "fading", "plagiarist", "silent"))

_SILENT_FROM = (3, 13)
_NEVER_SEEN = 0.2
"""Share of a semester's silent students who never appear in it."""
_CRAMMING_WEEKS = (6, 7, MIDTERM_WEEK, 15, 16, 17, ENDTERM_WEEK)
_SPELL = 0.027
"""Chance that a spell of two to four bad weeks (illness, trouble at home) begins for a student in a week."""
_SPELL_LOG_ODDS = {"attendance": -2.0, "hand_in": -5.0}
_SPELL_STUDY = -0.25
_DEPTH = (0.35, 1.0)
"""How much of a fading student's turn comes about: some stop half way."""
_HARD_WEEK = 0.03
_HARD_WEEK_LOG_ODDS = -1.2


def draw_kinds(seed: int, cohort: int, class_of: Counts) -> Counts:
    """The kind (index in KINDS) of each student in each of the eight semesters: students x 8."""
    random = stream(seed, "kinds", cohort)
    share, stays = (np.array([getattr(kind, name) for kind in KINDS]) for name in ("share", "stays"))
    # A kind that is soon left must be entered as often, otherwise the mix would drift over the years.
    entered = share * (1 - stays)
    kinds: Counts = np.empty((len(class_of), SEMESTERS), dtype=np.int64)
    kinds[:, 0] = _mixed(random, class_of, share)
    for semester in range(1, SEMESTERS):
        before = kinds[:, semester - 1]
        fresh = _mixed(random, class_of, entered)
        kinds[:, semester] = np.where(random.random(len(class_of)) < stays[before], before, fresh)
    return kinds


def _mixed(random: np.random.Generator, class_of: Counts, shares: Numbers) -> Counts:
    """A kind for each student, so that every class has about the same mix.

    Drawn independently, one class would have three times the students in trouble of the next.
    """
    shuffled = np.lexsort((random.random(len(class_of)), class_of))
    size = np.bincount(class_of)[class_of]
    place: Numbers = np.empty(len(class_of))
    place[shuffled] = np.arange(len(class_of)) - np.searchsorted(class_of, class_of)
    place = (place + random.random(len(class_of))) / size
    return np.searchsorted(np.cumsum(shares / shares.sum())[:-1], place, side="right")


@dataclass(frozen=True)
class Conduct:
    """How each student of a cohort lives through one semester: students x weeks, shares 0-1.

    ``seen_to`` is the first week without any record of the student (NEVER: always seen; 0: never seen);
    ``turned`` tells how far the turn of the semester has come.
    """

    attendance: Numbers
    hand_in: Numbers
    study: Numbers
    ability: Numbers
    plagiarist: Flags
    seen_to: Counts


def conduct(seed: int, cohort: int, semester: int, kinds: Counts, ability: Numbers, class_of: Counts) -> Conduct:
    """The conduct of a cohort in a semester, given the students' kinds in it and their lasting ability."""
    random = stream(seed, "conduct", cohort, semester)
    count = len(kinds)
    turned = _turned(random, kinds)
    bad = _spells(stream(seed, "spells", cohort, semester), count)
    studied = _level("study", kinds, turned) + _wander(random, count, spread=0.06, weekly=0.05) + _SPELL_STUDY * bad
    handed_in = _log_odds("hand_in", kinds, turned) + random.normal(0, 0.4, (count, 1))
    handed_in += _SPELL_LOG_ODDS["hand_in"] * bad
    attended = _log_odds("attendance", kinds, turned) + _wander(random, count, spread=0.35, weekly=0.2)
    attended += _SPELL_LOG_ODDS["attendance"] * bad
    hard = stream(seed, "hard weeks", cohort, semester).random((class_of.max(initial=-1) + 1, WEEKS)) < _HARD_WEEK
    shift = np.array([kind.ability for kind in KINDS])[kinds]
    return Conduct(
        attendance=share_of(attended + _HARD_WEEK_LOG_ODDS * hard[class_of]),
        hand_in=share_of(handed_in),
        study=np.clip(studied, 0, 1),
        ability=0.7 * ability + shift + random.normal(0, 0.3, count),
        plagiarist=kinds == _PLAGIARIST,
        seen_to=_seen_to(random, kinds),
    )


def _turned(random: np.random.Generator, kinds: Counts) -> Numbers:
    """How far each student's turn has come in each week, 0 to 1."""
    earliest, latest = np.array([kind.turns for kind in KINDS])[kinds].T
    begins = random.integers(earliest, latest, endpoint=True)
    takes = np.array([kind.turn_weeks for kind in KINDS])[kinds]
    weeks = np.arange(1, WEEKS + 1)
    turned: Numbers = np.clip((weeks - begins[:, None] + 1) / takes[:, None], 0, 1)
    turned[kinds == _FADING] *= random.uniform(*_DEPTH, (np.count_nonzero(kinds == _FADING), 1))
    turned[kinds == _CRAMMER] = np.isin(weeks, _CRAMMING_WEEKS)
    return turned


def _spells(random: np.random.Generator, count: int) -> Flags:
    """The weeks in which a student has a bad spell."""
    begins = random.random((count, WEEKS + 3)) < _SPELL
    lasts = np.where(begins, random.integers(2, 4, size=begins.shape, endpoint=True), 0)
    return (lasts[:, 3:] > 0) | (lasts[:, 2:-1] > 1) | (lasts[:, 1:-2] > 2) | (lasts[:, :-3] > 3)


def _level(trait: str, kinds: Counts, turned: Numbers) -> Numbers:
    before, after = np.array([getattr(kind, trait) for kind in KINDS])[kinds].T
    return np.asarray(before[:, None] + (after - before)[:, None] * turned)


def _log_odds(trait: str, kinds: Counts, turned: Numbers) -> Numbers:
    return logit(_level(trait, kinds, turned))


def _wander(random: np.random.Generator, count: int, spread: float, weekly: float) -> Numbers:
    """A student's own offset plus what comes and goes from week to week."""
    return random.normal(0, spread, (count, 1)) + random.normal(0, weekly, (count, WEEKS))


def _seen_to(random: np.random.Generator, kinds: Counts) -> Counts:
    silent_from = random.integers(*_SILENT_FROM, size=len(kinds), endpoint=True)
    silent_from[random.random(len(kinds)) < _NEVER_SEEN] = 0
    return np.where(kinds == _SILENT, silent_from, NEVER)
