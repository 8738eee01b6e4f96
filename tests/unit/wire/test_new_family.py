"""A provider is one folder and a format is one file: a toy of each is served from end to end, nothing else edited.

The folder is `tests/unit/wire/toy`, the files are copied into the place where a family's stand.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

import relay.wire
import relay.wire.openai
from relay import build
from relay.config import UpstreamConfig
from relay.doors.http import cors
from relay.doors.serving import faults
from relay.errors import ClientFault, ConfigFault
from relay.exchange import Core, Exchange
from relay.protocols import Family, LogProbabilities, TokenFields
from relay.types import Request, RouteKind
from relay.upstream.mirror.reply import answer
from relay.upstream.mirror.routes import Speech, error_of, route
from relay.wire.vendors import families_of
from tests.conftest import MakeCore

TOY = Path(__file__).parent / "toy"
DOCS = Path(__file__).resolve().parents[3] / "docs" / "extending" / "formats.md"
MAIL = "maria@example.org"
Add = Callable[..., None]

# The code on the page: a format, then a family's facts.
NOTES, FACTS = (block.removeprefix("python\n") for block in DOCS.read_text(encoding="utf-8").split("```")[1::2])


@pytest.fixture
def add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Add]:
    """Return a function that puts the toy, with `before` replaced by `after` in `file`, among the families."""
    before = set(sys.modules)

    def put(file: str = "", old: str = "", new: str = "") -> None:
        folder = tmp_path / "toy"
        shutil.copytree(TOY, folder, ignore=shutil.ignore_patterns("__pycache__"))
        if file:
            text = (folder / file).read_text(encoding="utf-8")
            assert old in text
            (folder / file).write_text(text.replace(old, new), encoding="utf-8")
        monkeypatch.setattr(relay.wire, "__path__", [*relay.wire.__path__, str(tmp_path)])

    yield put
    for name in set(sys.modules) - before:
        if name.startswith("relay.wire.toy"):
            del sys.modules[name]
    vars(relay.wire).pop("toy", None)


def opened(core: Core, path: str, body: dict[str, Any]) -> tuple[Exchange, Any]:
    """Open a request as a client of the toy sends it."""
    matched = core.directory.find(path, ())
    assert matched is not None
    exchange = Exchange(core, None, *matched, exchange_id="x")
    headers = (("x-toy-key", "k"), ("authorization", "Bearer k"))
    return exchange, exchange.open(Request(method="POST", path=path, headers=headers, body=json.dumps(body).encode()))


@pytest.mark.parametrize("prefix", ["", "/toy"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_new_family_is_served(add: Add, make_core: MakeCore, prefix: str, stream: bool) -> None:
    """Matched, read, scrubbed, answered by the mirror and restored, whole and streamed, with its usage read."""
    add()
    toy = UpstreamConfig(kind=RouteKind.FRONTIER, base_url="http://127.0.0.1:9", formats=("toy",))
    core = make_core(toy=toy)
    exchange, outbound = opened(core, f"{prefix}/v1/talk", {"say": f"write to {MAIL}", "stream": stream})
    assert (outbound.upstream, outbound.path) == ("toy", "/v1/talk")
    assert dict(outbound.headers)["x-toy-key"] == "k"
    assert MAIL not in outbound.body.decode()

    speech = route(outbound.path, "", frozenset({"x-toy-key"}), json.loads(outbound.body), 1)
    assert isinstance(speech, Speech)
    turn = answer(speech.ask, {})
    assert MAIL not in turn.text
    kind = speech.stream_type if stream else "application/json"
    exchange.start(200, (("content-type", kind),))
    said = exchange.feed(speech.stream(turn) if stream else speech.whole(turn)) + exchange.finish()
    events = [json.loads(line[6:]) for line in said.decode().splitlines() if line.startswith("data: ")]
    text = "".join(each.get("piece", "") for each in events) if stream else json.loads(said)["reply"]
    assert text == turn.text.replace("[EMAIL_ADDRESS_1]", MAIL)
    if not stream:
        assert exchange.plan.meter.usage(0).output_tokens == len(turn.text)


def test_a_new_family_is_known_everywhere(add: Add, make_core: MakeCore) -> None:
    """Errors have its shape for whoever its headers or its prefix tell, and pages may send its headers."""
    add()
    core = make_core(toy=UpstreamConfig(kind=RouteKind.LOCAL, base_url="http://127.0.0.1:9", formats=("toy",)))
    fault = ClientFault("no")
    for path, headers in [("/toy/unknown", ()), ("/v1/unknown", (("x-toy-key", "k"),))]:
        format = faults.guess(core.formats, path, headers)
        assert json.loads(faults.body(fault, format)) == {"fault": "relay: no"}
        assert json.loads(error_of(path, frozenset(dict(headers)))(404, "no")) == {"fault": "no"}
    found = dict(cors.preflight(core.formats, "http://a", "x-toy-key, x-toy-sdk-os, x-toys", private_network=False))
    assert found["access-control-allow-headers"] == "x-toy-key, x-toy-sdk-os"
    # A path that vendors share is not OpenAI's when the headers are Toy's.
    assert core.directory.find("/v1/models", (("x-toy-key", "k"),)) is None


def test_without_the_folder_the_family_is_unknown(make_core: MakeCore) -> None:
    """The tests above would not pass by accident."""
    with pytest.raises(ConfigFault, match='no format family is called "toy"'):
        make_core(absent=UpstreamConfig(kind=RouteKind.LOCAL, base_url="http://127.0.0.1:9", formats=("toy",)))


def test_a_new_format_of_a_family_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_core: MakeCore
) -> None:
    """One file in the family's folder, the one on the page: it has the family's key, prefix and errors."""
    (tmp_path / "notes.py").write_text(NOTES, encoding="utf-8")
    monkeypatch.setattr(relay.wire.openai, "__path__", [*relay.wire.openai.__path__, str(tmp_path)])
    notes = UpstreamConfig(kind=RouteKind.FRONTIER, base_url="http://127.0.0.1:9/notes", formats=("openai",))
    exchange, outbound = opened(make_core(notes=notes), "/openai/v1/notes", {"note": f"ask {MAIL}"})
    assert json.loads(outbound.body) == {"note": "ask [EMAIL_ADDRESS_1]"}
    assert dict(outbound.headers)["authorization"] == "Bearer k"
    exchange.start(200, (("content-type", "application/json"),))
    assert json.loads(exchange.feed(b'{"note": "[EMAIL_ADDRESS_1]"}') + exchange.finish()) == {"note": MAIL}
    del sys.modules["relay.wire.openai.notes"]


# (file, what stands there, what the complaint says)
FORGOTTEN = [
    (
        "talk.py",
        "    log_probabilities: ClassVar[LogProbabilities | None] = None\n",
        "does not state log_probabilities",
    ),
    ("talk.py", '    name: ClassVar[str] = "toy_talk"\n', "does not state name"),
    ("talk.py", "    table: ClassVar[FieldTable] = compile_table(TABLE)\n", "does not state table"),
    ("talk.py", '= (PathEndpoint(name="talk", upstream_path="/v1/talk"),)', "does not state endpoints"),
    ("talk.py", "    def reader(", "does not state reader"),
    ("talk.py", "PLUGINS = (ToyTalk,)", "does not end with PLUGINS"),
    ("family.py", "    family: ClassVar[Family] = TOY\n", "does not state family"),
    *[("family.py", f"    def {name}(", f"does not state {name}") for name in ("credential", "error_event")],
    ("family.py", "    keyless=False,\n", "cannot be used: TypeError"),
    ("family.py", '        output=("spoken",),\n', "cannot be used: TypeError"),
]


@pytest.mark.parametrize(("file", "fact", "complaint"), FORGOTTEN, ids=[row[1].strip() for row in FORGOTTEN])
def test_a_forgotten_fact_stops_start_up(add: Add, file: str, fact: str, complaint: str) -> None:
    """There is no default that would do for a provider that relay has never heard of."""
    add(file, fact, fact.replace("def ", "def _") if "def " in fact else "")
    with pytest.raises(ConfigFault, match=complaint):
        build.formats()


@pytest.mark.parametrize("kind", [Family, TokenFields, LogProbabilities], ids=lambda kind: kind.__name__)
def test_no_fact_has_a_default(kind: type) -> None:
    """Leaving one out is an error wherever a family or a format is written."""
    assert {each.name for each in fields(kind) if (each.default, each.default_factory) != (MISSING, MISSING)} == set()


FORMATS = {format.name: format for format in build.formats()}
FAMILIES = families_of(FORMATS.values())


@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda family: family.name)
def test_the_facts_of_a_family_fit_together(family: Family) -> None:
    """Its name is its folder's; what tells its clients tells nobody else's, and a page may send it."""
    assert (Path(relay.wire.__path__[0]) / family.name / "family.py").exists()
    assert family.name in family.under_prefix
    assert set(family.under_prefix) <= set(FAMILIES)
    assert family.client_headers <= family.page_headers
    assert all(name == name.lower() for name in family.page_headers)
    for other in FAMILIES.values():
        assert other is family or not other.client_headers & family.client_headers
    assert all((family.tokens.usage, family.tokens.input, family.tokens.output, family.tokens.limits))


def test_one_family_is_everybody_elses() -> None:
    """An error for a client that nothing tells has one shape."""
    assert [each.name for each in FAMILIES.values() if not each.client_headers and each.client_paths is None] == [
        "openai"
    ]


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_the_facts_of_a_format_fit_together(name: str) -> None:
    """It is called after its family, its table knows what relay asks for, and what can be stored says by whom."""
    format = FORMATS[name]
    assert name.startswith(f"{format.family.name}_")
    assert type(format).__module__.startswith(f"relay.wire.{format.family.name}.")
    request = format.table.sections["request"]
    if format.log_probabilities is not None:
        assert format.log_probabilities.ask.keys() <= request.fields.keys()
    if format.table.forced:
        endpoints = format.endpoints or (format.match("/v1beta/models/m:generateContent"),)
        assert any(endpoint.stored_at for endpoint in endpoints)


def test_the_page_shows_the_facts_that_are_tested() -> None:
    """The family on the page is the toy."""
    assert FACTS in (TOY / "family.py").read_text(encoding="utf-8")
