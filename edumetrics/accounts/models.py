"""Users, what each is responsible for, and the portal's sessions."""

import uuid
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


class Role(models.TextChoices):
    """What a user is to the college."""

    ADVISOR = "advisor"
    COORDINATOR = "coordinator"
    ADMIN = "admin"


class Origin(models.TextChoices):
    """Who says that a user is responsible for a class."""

    COLLEGE = "college", "the college's table of advisors"
    ADMIN = "admin", "an admin"


class Users(BaseUserManager["User"]):
    """Every account, also those that are not active any more."""

    def create_user(self, username: str, password: str | None = None, **values: Any) -> "User":
        """Add a user; without a password the account cannot sign in before one is set by a link."""
        user = self.model(username=self.model.normalize_username(username), **values)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """By user name, whatever the case of its letters."""
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """Somebody who signs in. Never deleted, since the logs name them; who has gone is not active."""

    username = models.CharField(
        max_length=150, unique=True, validators=[UnicodeUsernameValidator()], help_text="what they sign in with"
    )
    name = models.CharField(max_length=150, blank=True, help_text="how screens call them")
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=12, choices=Role, default=Role.ADVISOR)
    advisor_id = models.CharField(
        max_length=64, null=True, unique=True, help_text="the advisor in the college's table; null for other users"
    )
    capacity = models.PositiveSmallIntegerField(
        null=True, help_text="how many students they can meet in a week; null: a fifth of their students"
    )
    notify = models.JSONField(default=dict, help_text="what they want to be told of, and how")
    is_active = models.BooleanField(default=True, help_text="may sign in")
    is_demo = models.BooleanField(default=False, help_text="an account of the demo college, with a known password")
    invited_at = models.DateTimeField(null=True, help_text="when the last link to set a password was made")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = Users()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"

    class Meta:
        db_table = "account"
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=["advisor", "coordinator", "admin"]), name="account_known_role"
            ),
            # Nobody should have to know how their user name is capitalised, so no two differ by that only.
            models.UniqueConstraint(Lower("username"), name="account_username_any_case"),
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def is_admin(self) -> bool:
        """Whether they may do and see everything."""
        return self.role == Role.ADMIN


class AccountClass(models.Model):
    """A class that an advisor is responsible for."""

    user = models.ForeignKey(User, models.CASCADE, related_name="classes")
    class_id = models.CharField(max_length=64)
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.COLLEGE)

    class Meta:
        db_table = "account_class"
        constraints = [models.UniqueConstraint(fields=["user", "class_id"], name="account_class_once")]
        indexes = [models.Index(fields=["class_id"], name="account_class_class")]


class AccountBranch(models.Model):
    """A branch whose classes a coordinator sees."""

    user = models.ForeignKey(User, models.CASCADE, related_name="branches")
    branch = models.TextField()

    class Meta:
        db_table = "account_branch"
        constraints = [models.UniqueConstraint(fields=["user", "branch"], name="account_branch_once")]


class PortalSession(models.Model):
    """A browser that is signed in to the portal. Its refresh tokens name it; ended, none of them holds any more."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(User, models.CASCADE, related_name="sessions")
    began_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, help_text="signed out, or a spent token came back; null: goes on")

    class Meta:
        db_table = "portal_session"


class DemoMark(models.Model):
    """One row marks a database as that of a demo college; demo accounts can sign in nowhere else."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    marked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "demo_mark"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="demo_mark_once")]
