"""/api/ledger/: of those flagged, how many later failed; of those who failed, how many were flagged, and how early."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Case, CharField, F, FloatField, Sum, Value, When
from django.db.models.functions import Cast, NullIf
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied

from edumetrics.accounts import scope
from edumetrics.analysis_db.models import PrecisionLedger
from edumetrics.api.predictions import Rows
from edumetrics.api.resources import Key, ListParameters, ListResource, names_of
from edumetrics.api.weeks import week_field
from edumetrics.engine.flags.codes import REASONS
from edumetrics.engine.predictions.codes import LEDGER_KINDS

_COUNTS = ("students", "failed", "flagged", "flagged_failed", "failed_flagged_so_far", "weeks_ahead")
_KEY = ("academic_year", "term", "sem_week", "kind", "code", "group_column", "group_value")
_TERMS = ("odd", "even")


class LedgerParameters(ListParameters):
    """Filters of the ledger."""

    orderings = ("week", "precision", "recall", "flagged")

    academic_year = serializers.IntegerField(min_value=1900, max_value=2999, required=False)
    semester = serializers.IntegerField(
        min_value=1, max_value=8, required=False, help_text="without it and a year the latest term that has a ledger"
    )
    class_id = Key(help_text="a class that you may see; without it the sum over all of them")
    by = serializers.ChoiceField(
        choices=["all", "class"], default="all", help_text="all: summed over the classes; class: each for itself"
    )
    kind = serializers.ChoiceField(choices=list(LEDGER_KINDS), required=False)
    code = serializers.CharField(max_length=40, required=False, help_text="of the rule, reason, level or list")
    group = serializers.CharField(
        max_length=64,
        required=False,
        help_text="column that the college names for audit, such as gender: a row for each group (admins only)",
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """With the week, which the policy bounds."""
        return super().get_fields() | {"week": week_field("week of the flags; without it every week")}


class LedgerSerializer(serializers.Serializer[Any]):
    """What came of those flagged in a week by a rule, reason, level or list, or at all.

    Failing is failing an endterm or dropping out in the semester.
    """

    class_id = serializers.CharField(allow_null=True, help_text="null: summed over the classes you see")
    academic_year = serializers.IntegerField()
    term = serializers.ChoiceField(choices=_TERMS, help_text="of the semesters 1, 3, 5, 7 or 2, 4, 6, 8")
    sem_week = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=list(LEDGER_KINDS))
    code = serializers.CharField(help_text="any: flagged at all")
    group_column = serializers.CharField(help_text="empty: everybody")
    group_value = serializers.CharField(help_text="empty: everybody, or not known")
    students = serializers.IntegerField(help_text="on the roll that week with a known outcome")
    failed = serializers.IntegerField(help_text="of those")
    flagged = serializers.IntegerField(help_text="of the students, that week")
    flagged_failed = serializers.IntegerField(help_text="of those flagged, failed later")
    failed_flagged_so_far = serializers.IntegerField(help_text="of those who failed, flagged in this week or before")
    precision = serializers.FloatField(allow_null=True, help_text="0-1: flagged_failed / flagged; null: nobody flagged")
    base_rate = serializers.FloatField(allow_null=True, help_text="0-1: failed / students, what chance would give")
    recall = serializers.FloatField(
        allow_null=True, help_text="0-1: failed_flagged_so_far / failed; null: nobody failed"
    )
    mean_weeks_ahead = serializers.FloatField(
        allow_null=True, help_text="of failed_flagged_so_far: mean weeks from the first such flag to the endterm"
    )
    sentence = serializers.CharField(help_text="the same in words")


class Ledger(ListResource):
    """The precision ledger: how right the flags of each week were, by rule, reason, level and list."""

    parameters = LedgerParameters
    item = LedgerSerializer
    csv_name = "ledger"
    errors = {403: "Groups are for admins only."}
    orders = {
        "week": ("sem_week",),
        "flagged": ("all_flagged",),
        "precision": (F("precision").asc(nulls_last=True),),
        "recall": (F("recall").asc(nulls_last=True),),
    }

    def ordered(self, rows: Rows) -> Rows:
        """By term, class, week and kind where nothing else is asked for."""
        key = [*(["class_id"] if self.is_by_class else []), *_KEY]
        asked = self.query.get("ordering")
        if asked is None:
            return rows.order_by("-academic_year", "term", *key)
        ordered = rows.order_by(*self.orders[asked.removeprefix("-")], *key)
        return ordered.reverse() if asked.startswith("-") else ordered

    @property
    def is_by_class(self) -> bool:
        """Whether each class has rows of its own."""
        return self.query["by"] == "class" or "class_id" in self.query

    def rows(self) -> Rows:
        """Sums over the classes in scope, or each class."""
        query = self.query
        self.check_class(query.get("class_id"))
        if "group" in query and not self.user.is_admin:
            raise PermissionDenied("The ledger by group is for admins only: groups are for audit.")
        columns = {"week": "sem_week", "academic_year": "academic_year", "semester": "semester"}
        columns |= {name: name for name in ("class_id", "kind", "code")}
        rows = scope.of_classes(PrecisionLedger.objects.all(), self.user)
        rows = rows.filter(group_column=query.get("group", ""))
        rows = rows.filter(**{column: query[name] for name, column in columns.items() if name in query})
        with_term = rows.annotate(term=_term())
        if not {"academic_year", "semester"} & set(query):
            with_term = with_term.filter(**_latest(with_term))
        return _summed(with_term, each_class=self.is_by_class)

    def present(self, rows: Sequence[Any]) -> list[dict[str, Any]]:
        """With the sentence."""
        return [_present(row) for row in rows]

    def reason(self) -> str:
        """Why there is none."""
        if PrecisionLedger.objects.exists():
            return "The ledger has no such rows. Name another semester, week or kind, or leave a filter out."
        return (
            "There is no ledger yet: it is made when a semester's endterm results are known, from the flags of its "
            "weeks and who failed later."
        )


def _present(row: Mapping[str, Any]) -> dict[str, Any]:
    whole = {**row, **{name: row[f"all_{name}"] for name in _COUNTS}, "class_id": row.get("class_id")}
    whole["sentence"] = of(whole)
    return {name: whole[name] for name in names_of(LedgerSerializer)}


def _term() -> Case:
    return Case(
        When(semester__in=(1, 3, 5, 7), then=Value("odd")), default=Value("even"), output_field=CharField(max_length=4)
    )


def _latest(rows: Rows) -> dict[str, Any]:
    """The latest term of the rows, to filter by."""
    # "even" is the later half of a year, and the earlier word.
    found = rows.order_by("-academic_year", "term").values("academic_year", "term").first()
    return found or {"academic_year": 0}


def _summed(rows: Rows, *, each_class: bool) -> Rows:
    """A row for each key, with the counts added up and the shares made of the sums."""
    key = [*_KEY, "class_id"] if each_class else [*_KEY]
    # Named apart from the columns, which they are sums of.
    sums = {f"all_{name}": Sum(name) for name in _COUNTS}
    grouped = rows.order_by().values(*key).annotate(**sums)
    shares = {
        "precision": _share("all_flagged_failed", "all_flagged"),
        "base_rate": _share("all_failed", "all_students"),
        "recall": _share("all_failed_flagged_so_far", "all_failed"),
        "mean_weeks_ahead": _share("all_weeks_ahead", "all_failed_flagged_so_far"),
    }
    found: Rows = grouped.annotate(**shares)
    return found


def _share(part: str, whole: str) -> Any:
    return Cast(F(part), FloatField()) / NullIf(Cast(F(whole), FloatField()), Value(0.0))


_ABOUT = {
    "any": "flagged",
    "prediction": "whose predicted probability was {code}",
    "rule": "flagged with the signal {code}",
    "level": "flagged as {code}",
    "list": "on the list {code}",
}


def of(row: Mapping[str, Any]) -> str:
    """A row in words: "Of 12 flagged in week 6, 8 failed."."""
    code = str(row["code"]).replace("_", " ")
    about = _ABOUT.get(row["kind"], "flagged").format(code=code)
    if row["kind"] == "reason":
        about = f"flagged for {code} ({REASONS[row['code']]})" if row["code"] in REASONS else f"flagged for {code}"
    group = f" with {row['group_column']} {row['group_value'] or 'not known'}" if row["group_column"] else ""
    if not row["flagged"]:
        first = f"Nobody{group} was {about} in week {row['sem_week']}."
    else:
        first = f"Of {row['flagged']}{group} {about} in week {row['sem_week']}, {row['flagged_failed']} failed."
    if not row["failed"]:
        return f"{first} None of {row['students']} failed."
    return f"{first} {_of_those_who_failed(row)}"


def _of_those_who_failed(row: Mapping[str, Any]) -> str:
    said = f"Of the {row['failed']} who failed, {row['failed_flagged_so_far']} had been by then"
    ahead = row["mean_weeks_ahead"]
    return said + ("." if ahead is None else f", first {ahead:.1f} weeks before the endterm on average.")
