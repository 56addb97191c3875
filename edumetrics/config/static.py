"""Which static files are collected, and whether they have been."""

import json
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

_STAMP = ".collected"


class StaticFiles(StaticFilesConfig):
    """Leaves out what no page asks for: source maps, and the viewer of the API's document that is not used."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "*.map", "drf_spectacular_sidecar/redoc/*"]  # noqa: RUF012


def collect() -> None:
    """``collectstatic``, unless the files are those of the last time: compressing them takes some seconds."""
    stamp = Path(settings.STATIC_ROOT) / _STAMP
    found = json.dumps(sorted(_files()))
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == found:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(found, encoding="utf-8")


def _files() -> Iterator[tuple[str, int, int]]:
    """Name, size and time of change of each file."""
    for finder in get_finders():
        for path, storage in finder.list(StaticFiles.ignore_patterns):
            about = Path(storage.path(path)).stat()
            yield path, about.st_size, about.st_mtime_ns
