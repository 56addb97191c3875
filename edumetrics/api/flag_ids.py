"""The public id of a flag: its key, made safe for addresses, so that it is the same after every recompute."""

import base64
import binascii
from typing import NamedTuple

from edumetrics.api.resources import KEY_LENGTH


class FlagKey(NamedTuple):
    """The key of weekly_flags."""

    student_id: str
    academic_year: int
    semester: int
    sem_week: int


def flag_id(key: FlagKey) -> str:
    """student_id~academic_year~semester~sem_week in base64 for addresses, without padding."""
    text = f"{key.student_id}~{key.academic_year}~{key.semester}~{key.sem_week}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def key_of(public_id: str) -> FlagKey | None:
    """The key that an id stands for; None for a text that ``flag_id`` never gives."""
    try:
        text = base64.urlsafe_b64decode(public_id + "=" * (-len(public_id) % 4)).decode()
        student_id, *numbers = text.rsplit("~", 3)
        key = FlagKey(student_id, *(int(number) for number in numbers))
    except (binascii.Error, ValueError, TypeError):
        return None
    # One id for each key: nothing else may mean the same.
    known = flag_id(key) == public_id and 0 < len(student_id) <= KEY_LENGTH and "\x00" not in student_id
    return key if known and all(0 <= number <= 9999 for number in key[1:]) else None
