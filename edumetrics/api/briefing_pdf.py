"""The weekly briefing as a PDF, set by Typst from what ``briefing.py`` has put into words."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

_TEMPLATE = Path(__file__).with_name("briefing.typ")


def as_pdf(briefing: Mapping[str, Any], *, at: datetime) -> bytes:
    """The file, tagged for screen readers (PDF/UA-1); the same bytes for the same words.

    ``at`` is the time that the file says it was made. Nothing is read but the template and the fonts: those that Typst
    brings, and for scripts that they lack (Devanagari, Tamil) those of the system. About 0.1 s.
    """
    return typst.compile(
        _TEMPLATE.read_bytes(),
        font_paths=_fonts(),
        format="pdf",
        sys_inputs={"briefing": json.dumps(briefing)},
        pdf_standards="ua-1",
        timestamp=at.astimezone(UTC).replace(microsecond=0),
    )


@cache
def _fonts() -> typst.Fonts:
    """Looked for once a process, since going through the system's fonts takes longer than setting the pages."""
    return typst.Fonts()
