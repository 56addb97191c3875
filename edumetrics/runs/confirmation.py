"""Asking before something is done that cannot be undone."""

import sys

from edumetrics.runs.errors import RunError


def confirm(question: str) -> None:
    """Returns when the user at the terminal says yes; raises RunError for any other answer, and where nobody is."""
    if not sys.stdin.isatty():
        raise RunError(f"{question} There is nobody at a terminal to ask; give --yes to do it without a question.")
    try:
        answer = input(f"{question} [yes/no] ")
    except EOFError:
        answer = ""
    if answer.strip().lower() != "yes":
        raise RunError(f"The answer was {answer.strip()!r} and not 'yes', so nothing was removed.")
