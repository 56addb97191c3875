"""Who may see whom: the one place that decides it. Every queryset that reaches a screen goes through here.

An advisor sees the students of their own classes, a coordinator those of the classes of their branches, an admin
everybody. A student belongs to the class that the roster says now, so what was recorded of one who changed class is
seen by the advisor of the class that they are in.
"""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from edumetrics.accounts.models import Role, User
from edumetrics.analysis_db.models import RosterClass, RosterStudent
from edumetrics.databases.compiled import Compiled

Row = TypeVar("Row", bound=Model)


def class_ids(user: User) -> "QuerySet[RosterClass, str]":
    """The ids of the classes that the user may see, as a query to be used inside others."""
    classes = RosterClass.objects.all()
    if user.role == Role.COORDINATOR:
        classes = classes.filter(branch__in=user.branches.values("branch"))
    elif user.role != Role.ADMIN:
        classes = classes.filter(class_id__in=user.classes.values("class_id"))
    return classes.values_list("class_id", flat=True)


def of_classes(rows: "QuerySet[Row]", user: User, field: str = "class_id") -> "QuerySet[Row]":
    """The rows about classes that the user may see; ``field`` holds a class_id."""
    return rows if user.is_admin else rows.filter(**{f"{field}__in": class_ids(user)})


def of_students(rows: "QuerySet[Row]", user: User, field: str = "student_id") -> "QuerySet[Row]":
    """The rows about students whom the user may see; ``field`` holds a student_id."""
    if user.is_admin:
        return rows
    seen = RosterStudent.objects.filter(class_id__in=class_ids(user))
    return rows.filter(**{f"{field}__in": seen.values("student_id")})


def standing_for(role: str, pk: int) -> User:
    """A user as far as scope goes, to build queries with that are compiled once."""
    return User(pk=pk, role=role)


def may_see_class(user: User, class_id: str) -> bool:
    """Whether there is such a class for this user."""
    return bool(_THE_CLASS.rows(user.role, class_id=class_id, **of_user(user)))


def may_see_student(user: User, student_id: str) -> bool:
    """Whether there is such a student for this user."""
    return bool(_THE_STUDENT.rows(user.role, student_id=student_id, **of_user(user)))


def of_user(user: User) -> dict[str, int]:
    """The value ``user`` of a compiled query whose rows are in scope; an admin's has none."""
    return {} if user.is_admin else {"user": user.pk}


def _the_class(role: str, class_id: str, user: int = 0) -> "QuerySet[Any, Any]":
    seen = class_ids(standing_for(role, user))
    return RosterClass.objects.filter(class_id=class_id, class_id__in=seen).values("class_id")


def _the_student(role: str, student_id: str, user: int = 0) -> "QuerySet[Any, Any]":
    found = RosterStudent.objects.filter(student_id=student_id)
    return of_students(found, standing_for(role, user)).values("student_id")


_THE_CLASS = Compiled(_the_class)
_THE_STUDENT = Compiled(_the_student)
