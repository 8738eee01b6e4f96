"""Law 10: a scripted conversation gives the client the same with relay as without, in every format.

The upstream is a model that answers from what it sees: behind relay it quotes placeholders where it quotes values
without. What the client has at the end of each turn is the same: texts, arguments of tools, stop reasons, usage, the
order of events (`tests.scripted.compare` says what that means). No turn is refused, by relay or by a provider that
checks what it signed.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relay.exchange import Core
from tests.scripted.compare import account, differences
from tests.scripted.grammar import ARGUMENTS, NOTES, VALUES, conversations, filled, planned
from tests.scripted.model import Plan, PlannedCall, Quote
from tests.scripted.stage import Beat, in_process, perform
from tests.scripted.turn import Call, Turn, every
from tests.scripted.voices import VOICES, Row

# Conversations for each format, with patterns only; half as many with the model. RELAY_EXAMPLES asks for more.
EXAMPLES = int(os.environ.get("RELAY_EXAMPLES", "20"))
CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
WITH_TOOLS = [name for name, voice in VOICES.items() if voice.has_tools]
SIGNING = [name for name, voice in VOICES.items() if voice.signs]


def same(core: Core, name: str, beats: Sequence[Beat], *, session: bool = False) -> None:
    """Check that each turn is the same with relay as without."""
    with in_process(core, VOICES[name], session=session) as through:
        assert differences(perform(VOICES[name], beats, through)) == []


@pytest.mark.parametrize("name", VOICES)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=CHECKS)
@given(data=st.data(), session=st.booleans())
def test_generated(core: Core, name: str, data: st.DataObject, session: bool) -> None:
    """Whatever is said, however it is cut."""
    same(core, name, data.draw(conversations(tools=VOICES[name].has_tools)), session=session)


@pytest.mark.parametrize("name", VOICES)
@settings(max_examples=max(1, EXAMPLES // 2), deadline=None, suppress_health_check=CHECKS)
@given(data=st.data(), session=st.booleans())
def test_generated_with_names_found(default_core: Core, name: str, data: st.DataObject, session: bool) -> None:
    """With the default policy, which finds names too, as `relay serve` has it."""
    same(default_core, name, data.draw(conversations(tools=VOICES[name].has_tools)), session=session)


@pytest.mark.parametrize("template", NOTES)
def test_each_note(default_core: Core, template: str) -> None:
    """Each kind of text is quoted in arguments of tools, and in the text where it is plain, by two turns."""
    rng = random.Random(template)
    name, arguments = ARGUMENTS[0]
    call = planned(name, arguments, [Quote(0), Quote(0)])
    said = ("As it stands: ", Quote(0), " and so on.") if not template.startswith("=") else ("Done.",)
    for stream in (False, True):
        text = filled(template, rng)
        beats = [
            Beat(notes=[text], plan=Plan(text=said, calls=(call,)), stream=stream, pieces=every(3)),
            Beat(notes=["ok"], plan=Plan(text=said), stream=stream, pieces=every(1), step=1),
        ]
        same(default_core, "anthropic_messages", beats)


@pytest.mark.parametrize("value", ["name: {name}", "mail: {email}", "card: {card}", "user: {user}", "password: {key}"])
@pytest.mark.parametrize(("tool", "arguments"), ARGUMENTS, ids=[str(at) for at in range(len(ARGUMENTS))])
@pytest.mark.parametrize("voice", WITH_TOOLS)
def test_each_argument(default_core: Core, voice: str, tool: str, arguments: dict[str, str], value: str) -> None:
    """Each kind of code around a value, as arguments in each format, whole or streamed by the letter."""
    rng = random.Random(f"{voice} {tool} {value}")
    stream = rng.random() < 0.5
    call = planned(tool, arguments, [Quote(0, after_colon=True)] * 6, ascii_only=rng.random() < 0.5)
    beat = Beat(notes=[filled(value, rng)], plan=Plan(calls=(call,)), stream=stream, pieces=every(1))
    same(default_core, voice, [beat])


# What relay may hold back when a text ends: the beginning of a placeholder, or a whole one that might go on.
TAILS: tuple[str | Quote, ...] = ("[EMAIL_ADDRE", "[", "\\", "EMAIL_ADDRESS_", "[[", "&#9", Quote(0), Quote(1))


@pytest.mark.parametrize("tail", TAILS, ids=str)
@pytest.mark.parametrize("name", VOICES)
def test_what_is_held_back_comes_in_its_place(core: Core, name: str, tail: str | Quote) -> None:
    """Whatever a lane ends in comes before the next lane begins, and none of it is lost."""
    calls = (PlannedCall(name="bash", arguments={"command": ("echo ", tail)}),) if VOICES[name].has_tools else ()
    plan = Plan(thinking=("I see ", tail), text=("It is ", tail), calls=calls)
    for size in (1, 3, 1000):
        same(core, name, [Beat(notes=["maria@example.org", "(212) 555-0187"], plan=plan, pieces=every(size))])


# What a provider wrote in reasoning that it signs, before relay had seen the value anywhere.
KNOWN_TO_THE_MODEL = (
    ("Use the test card 4242 4242 4242 4242.", "// test card 4242 4242 4242 4242"),
    ("Perhaps postgres is not up.", "DB_PASSWORD=postgres"),
    ("The gateway is 192.168.1.1?", "default via 192.168.1.1 dev eth0"),
    ("I would ask maria.gonzalez@example.org.", "Author: Maria Gonzalez <maria.gonzalez@example.org>"),
    ("Call +1 415 555 0132 or (212) 555-0187.", "phone: (212) 555-0187"),
    ("The write tool does it.", "DB_PASSWORD=write"),
    ("An ephemeral cache.", "DB_USER = 'ephemeral'\npassword: ephemeral"),
    ("/home/mgonzalez/shop is the folder.", "/home/mgonzalez/shop/notes.txt"),
)


@pytest.mark.parametrize("session", [False, True])
@pytest.mark.parametrize("name", SIGNING)
@pytest.mark.parametrize(("thought", "found"), KNOWN_TO_THE_MODEL)
def test_signed_text_that_holds_a_value(default_core: Core, name: str, thought: str, found: str, session: bool) -> None:
    """What the provider wrote and signed goes back to it, whatever turns out to be a value later."""
    read = PlannedCall(name="bash", arguments={"command": "cat notes.txt"})
    beats = [
        Beat(notes=["go on"], plan=Plan(thinking=(thought,), calls=(read,))),
        Beat(notes=[found], plan=Plan(thinking=("So it is: ", Quote(1)), calls=(read,)), pieces=every(3)),
        Beat(notes=[found], plan=Plan(thinking=("Again: ", Quote(2)), text=("It says ", Quote(1)))),
        Beat(notes=["thanks"], plan=Plan(text=("You are welcome, ", Quote(2))), stream=False),
    ]
    same(default_core, name, beats, session=session)


# ------------------------------------------------------------------------------------------------------------ the judge

SPOKEN = Turn(
    thinking="Let me see.",
    text="I see é and [x].",
    calls=(
        Call(id="a", name="bash", arguments={"command": "é"}),
        Call(id="b", name="bash", arguments={"command": "2"}),
    ),
)


@pytest.mark.parametrize("name", VOICES)
def test_cutting_makes_no_difference(name: str) -> None:
    """However a stream is cut, its account is the same."""
    voice = VOICES[name]
    accounts = [account(voice, list(voice.events(SPOKEN, 1, every(size)))) for size in (1, 3, 100)]
    assert accounts[0] == accounts[1] == accounts[2]
    assert accounts[0].late == []


@pytest.mark.parametrize("name", VOICES)
def test_framing_is_read_as_it_is_written(name: str) -> None:
    """A stream's bytes give its events again."""
    rows = list(VOICES[name].events(SPOKEN, 1, every(3)))
    assert VOICES[name].parse(VOICES[name].frame(rows)) == rows


@pytest.mark.parametrize("name", VOICES)
def test_whatever_is_missing_makes_a_difference(name: str) -> None:
    """No event can be left out, and no letter changed, without a difference in the account."""
    voice = VOICES[name]
    rows = list(voice.events(SPOKEN, 1, every(3)))
    whole = account(voice, rows)
    for at, row in enumerate(rows):
        says_something = not voice.only_deltas(row.tree) or _text(voice, row)
        assert not says_something or _differs(voice, [*rows[:at], *rows[at + 1 :]], whole), row
        for _, text in voice.deltas(row.tree):
            other = _changed(row.tree, text)
            assert not text or _differs(voice, [*rows[:at], Row(row.name, other), *rows[at + 1 :]], whole), row


@pytest.mark.parametrize("name", VOICES)
def test_text_after_its_end_makes_a_difference(name: str) -> None:
    """A piece that comes later than in the stream as it was makes a difference."""
    voice = VOICES[name]
    rows = list(voice.events(SPOKEN, 1, every(100)))
    whole = account(voice, rows)
    pieces = [at for at, row in enumerate(rows) if voice.only_deltas(row.tree) and _text(voice, row)]
    for at in pieces:
        later = [*rows[:at], *rows[at + 1 : -1], rows[at], rows[-1]]
        assert _differs(voice, later, whole) or later == rows


def _text(voice: Any, row: Row) -> str:
    return "".join(delta.text for delta in voice.deltas(row.tree))


def _differs(voice: Any, rows: Sequence[Row], whole: Any) -> bool:
    try:
        return bool(account(voice, rows) != whole)
    except Exception:
        return True  # what no client can read


def _changed(tree: Any, text: str) -> Any:
    if tree == text:
        return f"{text}x"
    if isinstance(tree, dict):
        return {key: _changed(child, text) for key, child in tree.items()}
    return [_changed(child, text) for child in tree] if isinstance(tree, list) else tree


def test_every_slot_has_values() -> None:
    """Nothing in a template is left unfilled."""
    rng = random.Random(0)
    assert all("{" + slot + "}" not in filled(template, rng) for template in NOTES for slot in VALUES)
