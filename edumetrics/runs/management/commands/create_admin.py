"""manage.py create_admin"""

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.core.validators import validate_email

from edumetrics.accounts.actions import add_user
from edumetrics.accounts.models import Role
from edumetrics.audit.actions import system_user
from edumetrics.runs.commands import EduMetricsCommand

_LONGEST = 150


class Command(EduMetricsCommand):
    """The first account."""

    help = (
        "Add an admin, who then invites everybody else in the portal. The password is asked for twice; where there is "
        "no terminal it is the first line of standard input. The command line, which others can see, takes none."
    )
    examples = """  manage.py create_admin s.iyer --name "S. Iyer" --email s.iyer@college.example
  manage.py create_admin s.iyer < password-file"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """username, --name, --email."""
        parser.add_argument("username")
        parser.add_argument("--name", default="", help="how screens call them")
        parser.add_argument("--email", default="", help="where links to a new password go")

    def handle(self, *args: Any, **options: Any) -> None:
        """Add the account."""
        values = {name: options[name].strip() for name in ("username", "name", "email")}
        try:
            _check(values)
            user = add_user(**values, role=Role.ADMIN, by=system_user(), password=_password())
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{user.username} is an admin and can sign in.")


def _check(values: dict[str, str]) -> None:
    """Before the password is asked for. Raises ValidationError."""
    UnicodeUsernameValidator()(values["username"])
    for name in ("username", "name"):
        if len(values[name]) > _LONGEST:
            raise ValidationError(f"The {name} has {len(values[name])} characters; {_LONGEST} are allowed.")
    if values["email"]:
        validate_email(values["email"])


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass("Password: ")
    if getpass("Once more: ") != password:
        raise CommandError("The two passwords differ. No account was added.")
    return password
