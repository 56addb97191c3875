"""Static files are collected once, compressed, and anew when they changed."""

from tests.conftest import Maker

TWICE = """
from unittest.mock import patch
from edumetrics.config import static
with patch.object(static, "call_command", wraps=static.call_command) as called:
    static.collect()
    static.collect()
    print("collected", called.call_count)
    with patch.object(static, "_files", return_value=[("another.js", 1, 1)]):
        static.collect()
    print("collected", called.call_count)
"""


def test_they_are_collected_once_and_without_source_maps(make: Maker) -> None:
    workspace = make()
    out = workspace.python(TWICE).well().out
    assert out.split() == ["collected", "1", "collected", "2"]
    names = {one.name for one in (workspace.folder / "data" / "static").rglob("*")}
    assert {"swagger-ui-bundle.js", "swagger-ui-bundle.js.br", "swagger-ui-bundle.js.gz"} <= names
    assert not [one for one in names if one.endswith(".map") or "redoc" in one]
