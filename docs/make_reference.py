"""Writes the pages of docs/reference that are made from the code: ``python docs/make_reference.py``.

With ``--check`` nothing is written, and the exit code is 1 where a page is out of date.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "reference"
MADE = "<!-- Made from the code by docs/make_reference.py (make docs): change the code, not this page. -->\n"


def policy_page() -> str:
    """Every number of the policy: key, default, meaning."""
    from edumetrics.engine.policy import Policy

    lines = [
        "# The policy\n",
        MADE,
        "Every number of the [scoring](scoring.md) and the [predictions](predictions.md) is a default of one policy. "
        "Change it in a TOML file named by `POLICY_FILE`; a key that the file does not name keeps its default. A wrong "
        "key or value is refused with the key, what was found and what is allowed. But for its sections `predictions` "
        "and `schedule` the policy is pinned for a semester: a changed file is refused until "
        "`calibrate --recompute --from-week WEEK` says from which week it holds.\n",
        "```toml\n[calendar]\nholiday_weeks = [11]\n\n[triage.levels]\nwatch = 28\n\n[sources]\n"
        'absent = ["plagiarism"]\n```\n',
        "| key | default | meaning |",
        "| --- | --- | --- |",
    ]
    lines += [f"| `{key}` | {default} | {meaning} |" for key, default, meaning in _numbers(Policy())]
    return "\n".join(lines) + "\n"


def _numbers(section: Any, prefix: str = "") -> Iterator[tuple[str, str, str]]:
    from edumetrics.engine.policy import Section, values_of

    meanings = {one.key: one.meaning for one in values_of(section)}

    def defaults(section: Any, prefix: str) -> Iterator[tuple[str, Any]]:
        for name in type(section).model_fields:
            value = getattr(section, name)
            if isinstance(value, Section):
                yield from defaults(value, f"{prefix}{name}.")
            else:
                yield f"{prefix}{name}", value

    for key, value in defaults(section, prefix):
        yield key, f"`{_plain(value)}`", meanings[key]


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_plain(one) for one in value) + "]"
    if hasattr(value, "model_dump"):
        return "{ " + ", ".join(f"{key} = {_plain(one)}" for key, one in value.model_dump().items()) + " }"
    return f"{value:g}" if isinstance(value, float) else repr(value).replace("'", '"')


def codes_page() -> str:
    """Every code of reasons, strengths, missing data, notices and data-quality rules."""
    from edumetrics.engine.flags import codes
    from edumetrics.engine.predictions import codes as predictions
    from edumetrics.engine.tables.quality import RULES

    parts = ["# Codes\n", MADE]
    for title, table in (
        ("Reasons (`weekly_flags.reasons`)", codes.REASONS),
        ("Strengths (`weekly_flags.strengths`)", codes.STRENGTHS),
        ("Missing data (`weekly_flags.missing`)", codes.MISSING),
        ("Class notices (`class_notice.code`)", codes.NOTICES),
        ("What is predicted (`model_card.output`)", predictions.OUTPUTS),
        ("Why there is no p_at_risk (`weekly_metrics.p_at_risk_note`)", predictions.NOTES),
        ("Verdicts (`post_exam_analysis.verdict`)", predictions.VERDICTS),
        ("Kinds of the precision ledger (`precision_ledger.kind`)", predictions.LEDGER_KINDS),
        ("Data-quality rules (`analysis_run.quality`)", RULES),
    ):
        parts.append(f"## {title}\n\n| code | meaning |\n| --- | --- |")
        parts.append("\n".join(f"| `{code}` | {meaning} |" for code, meaning in table.items()) + "\n")
    return "\n".join(parts)


def tables_page() -> str:
    """Every analysis table and column."""
    import django

    django.setup()
    from edumetrics.runs.management.commands.export import tables

    parts = [
        "# The analysis database\n",
        MADE,
        "What EduMetrics writes, for SQL, notebooks and BI tools. Names are fixed; `run_id` is the `analysis_run` "
        "that wrote a row, with its policy. A class's week is replaced as a whole; `intervention_log` is never deleted "
        "by a run. `manage.py export TABLE` gives any of them as CSV or Parquet.\n",
    ]
    for name, model in sorted(tables().items()):
        key = ", ".join(f"`{field.column}`" for field in model._meta.pk_fields)
        summary = " ".join((model.__doc__ or "").split())
        parts.append(
            f"## {name}\n\n{summary} Key: {key}.\n\n| column | type | null | meaning |\n| --- | --- | --- | --- |"
        )
        parts.append("\n".join(_column(field) for field in model._meta.concrete_fields if field.column) + "\n")
    return "\n".join(parts)


def _column(field: Any) -> str:
    kind = field.get_internal_type().removesuffix("Field")
    return f"| `{field.column}` | {kind} | {'yes' if field.null else ''} | {field.help_text} |"


def addresses_page() -> str:
    """Every address and method of the API, from its document."""
    document = json.loads((PAGES / "openapi.json").read_text(encoding="utf-8"))
    lines = [
        "# Addresses of the API\n",
        MADE,
        "Every address with its parameters. What holds for all of them is in [REST API](api.md); fields and errors are "
        "in the document, [openapi.json](openapi.json). A list says what one of its rows is, and takes `page`, "
        "`page_size` and `format` too.\n",
        "| address | | |",
        "| --- | --- | --- |",
    ]
    for path, methods in sorted(document["paths"].items()):
        for method, operation in methods.items():
            names = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]
            named = ", ".join(f"`{name}`" for name in names if name not in ("page", "page_size", "format"))
            what = " ".join(_about(operation, document["components"]["schemas"]).split()).replace("|", "\\|")
            lines.append(f"| `{method.upper()} {path}` | {what} | {named} |")
    return "\n".join(lines) + "\n"


def _about(operation: Any, schemas: Any) -> str:
    """What an address is for; of a list what a row of it is, since all lists describe themselves alike."""
    answer = operation["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema", {})
    page = schemas.get(answer.get("$ref", "").rpartition("/")[2], {})
    row = page.get("properties", {}).get("results", {}).get("items", {}).get("$ref", "").rpartition("/")[2]
    of_row: str = schemas.get(row, {}).get("description", "")
    return f"List: {of_row}" if of_row else str(operation.get("description", ""))


MADE_PAGES: dict[str, Callable[[], str]] = {
    "policy.md": policy_page,
    "codes.md": codes_page,
    "analysis-tables.md": tables_page,
    "api-addresses.md": addresses_page,
}


def main() -> int:
    """Write or check the pages."""
    stale = []
    for name, make in MADE_PAGES.items():
        path, text = PAGES / name, make()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"docs/reference/{name} {'is out of date: make docs' if '--check' in sys.argv else 'written'}")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edumetrics.config.settings")
    sys.exit(main())
