"""Logs take enumerated events and numbers; whatever could hold text is refused."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from relay.observe import logs
from relay.types import RouteKind


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG, logger="relay")
    logging.getLogger("relay").propagate = True
    return caplog


def test_every_event_is_logged_somewhere() -> None:
    """The list is what relay says, not what it might."""
    sources = "".join(path.read_text("utf-8") for path in Path(logs.__file__).parents[1].rglob("*.py"))
    assert [event for event in logs.LogEvent if f"LogEvent.{event.name}" not in sources] == []


def test_an_event_is_one_json_line(lines: pytest.LogCaptureFixture) -> None:
    """Numbers, enum members and ids come out as JSON."""
    logs.event(logs.LogEvent.SCRUBBED, exchange=logs.Id("ab12"), route=RouteKind.LOCAL, replaced=3, seconds=0.5)
    (record,) = lines.records
    assert json.loads(record.getMessage()) == {
        "event": "scrubbed",
        "exchange": "ab12",
        "route": "local",
        "replaced": 3,
        "seconds": 0.5,
    }


@pytest.mark.parametrize("value", ["maria@example.org", b"bytes", ["list"], {"a": 1}, None, ValueError("text")])
@pytest.mark.parametrize("level", [logging.DEBUG, logging.ERROR])
def test_a_field_that_could_hold_text_is_refused(value: object, level: int) -> None:
    """The mistake shows when the call is made, also when the line would not be written."""
    with pytest.raises(TypeError, match="expected a number") as caught:
        logs.event(logs.LogEvent.FAILED, level, field=value)  # type: ignore[arg-type]
    assert "maria" not in str(caught.value)


def test_libraries_that_print_urls_are_quiet() -> None:
    """httpx prints URLs at INFO and aiohttp request lines: neither may."""
    logs.silence_libraries()
    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
    assert logging.getLogger("aiohttp.access").disabled


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., str]]:
    """Return what `configure` makes of one event."""
    kept, level, propagate = [*logs.logger.handlers], logs.logger.level, logs.logger.propagate

    def write(event: Callable[[], None], **options: Any) -> str:
        logs.configure(**options)
        event()
        return capsys.readouterr().err

    yield write
    logs.logger.handlers[:], logs.logger.propagate = kept, propagate
    logs.logger.setLevel(level)


def _refused() -> None:
    fields = {"exchange": logs.Id("ab12"), "client": logs.Name("team\nlevel=error b"), "status": 403}
    logs.event(logs.LogEvent.REFUSED, **fields)  # type: ignore[arg-type]


def test_a_line_for_machines(written: Callable[..., str]) -> None:
    """Time by RFC 3339, level, event, fields; one line whatever a name of the configuration holds."""
    line = json.loads(written(_refused))
    assert datetime.fromisoformat(line.pop("time")).utcoffset() == timedelta(0)
    assert list(line.items()) == [
        ("level", "info"),
        ("event", "refused"),
        ("exchange", "ab12"),
        ("client", "team\nlevel=error b"),
        ("status", 403),
    ]


def test_a_line_for_people(written: Callable[..., str]) -> None:
    """The same as `key=value`, in one line."""
    line = written(_refused, text=True)
    assert re.fullmatch(
        r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info    refused exchange="ab12" '
        r'client="team\\nlevel=error b" status=403\n',
        line,
    )


def test_what_is_below_the_level_is_not_written(written: Callable[..., str]) -> None:
    assert written(_refused, level=logging.WARNING) == ""
