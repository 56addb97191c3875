"""Who may see whom: the one place that decides it. Every queryset that reaches a screen goes through here.

An advisor sees the students of their own classes, a coordinator those of the classes of their branches, an admin
everybody. A student belongs to the class that the roster says now, so what was recorded of one who changed class is
seen by the advisor of the class that they are in.
"""

from typing import TypeVar

from django.db.models import Model, QuerySet

from edumetrics.accounts.models import Role, User
from edumetrics.analysis_db.models import RosterClass, RosterStudent

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


def may_see_class(user: User, class_id: str) -> bool:
    """Whether there is such a class for this user."""
    return class_ids(user).filter(class_id=class_id).exists()


def may_see_student(user: User, student_id: str) -> bool:
    """Whether there is such a student for this user."""
    return of_students(RosterStudent.objects.filter(student_id=student_id), user).exists()
