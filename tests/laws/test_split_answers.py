"""Law 4 for what the model writes by itself: any cut gives the same scrubbed answer, and no cut shows a piece of it."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay import build
from relay.replace.operators.hash import Hash
from relay.replace.operators.mask import Mask
from relay.response.answer_scrubber import LOOK_AHEAD, PART, AnswerDetector, AnswerScrubber, Replaced
from relay.types import Action, Encoding, RouteKind, Segment, SpanAction
from tests.support import VALUES

POLICY = "version: 1\nmodel: none\nanswers: redact\n"
JWT = (
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkphbmUgUm9lIn0"
    ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
)
KEY_BODY = "\n".join(["MIIEowIBAAKCAQEAxk9d2b7f3c" * 2] * 20)
KEY = f"-----BEGIN RSA PRIVATE KEY-----\n{KEY_BODY}\n-----END RSA PRIVATE KEY-----"
PROSE = "The quick brown fox jumps over the lazy dog, and then it rests. "


@pytest.fixture(scope="module")
def find(tmp_path_factory: pytest.TempPathFactory) -> AnswerDetector:
    path = tmp_path_factory.mktemp("policy") / "policy.yaml"
    path.write_text(POLICY)
    policy = build.read_policy(path)
    vault = build.sessions(policy).open().vault
    return AnswerDetector(build.analyzer(policy), build.engine(policy), build.operators(policy), vault)


def cut(find: AnswerDetector, pieces: list[str], encoding: Encoding = Encoding.TEXT) -> str:
    scrubber = AnswerScrubber(find, encoding)
    return "".join([*map(scrubber.feed, pieces), scrubber.finish()])


TEXTS = [
    *VALUES.values(),
    JWT,
    KEY,
    f"Bearer {JWT}",
    "call me at maria%2Egonzalez%40example.org please",
    PROSE * 3 + "SSN 536-22-1874, card 4111-1111-1111-1111" + PROSE * 2,
    f"{VALUES['EMAIL_ADDRESS']},{VALUES['IBAN_CODE']};{VALUES['PHONE_NUMBER']}",
    "no values at all, but [EMAIL_ADDRESS_1] and PERSON_2",
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_every_cut_in_two_gives_the_same(find: AnswerDetector, text: str) -> None:
    """Wherever a text is cut, what comes out is what the whole gives."""
    text = f"Reference: {text}\nand more."
    whole = AnswerScrubber(find).scrub(text)
    assert all(cut(find, [text[:at], text[at:]]) == whole for at in range(len(text)))
    assert cut(find, list(text)) == whole


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_any_cuts_give_the_same(find: AnswerDetector, data: st.DataObject) -> None:
    """Texts made of values and words, cut at random, in plain text and in JSON."""
    parts = st.sampled_from([*VALUES.values(), JWT, PROSE, "x", " ", "\n", '"', "\\", "é", "日本", "[US_SSN_1]"])
    text = "".join(data.draw(st.lists(parts, max_size=12)))
    encoding = data.draw(st.sampled_from(list(Encoding)))
    if encoding is Encoding.JSON:
        text = json.dumps({"a": text, "b": json.dumps([text])}, ensure_ascii=data.draw(st.booleans()))
    places = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pieces = [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]
    whole = AnswerScrubber(find, encoding).scrub(text)
    assert cut(find, pieces, encoding) == whole
    if encoding is Encoding.JSON:
        assert isinstance(json.loads(whole), dict)


def by_one_look(find: AnswerDetector, text: str) -> str:
    """The slow reference: everything is found in one look at the whole text."""
    pieces, done = [], 0
    for start, end, new in find(text):
        pieces += [text[done:start], text[start:end] if new is None else new]
        done = end
    return "".join([*pieces, text[done:]])


@pytest.mark.parametrize("before", [0, 1, 5, 63, 64, 65, 95, 96, 97, 160, 200])
@pytest.mark.parametrize("name", [*VALUES, "JWT", "KEY"])
def test_windows_find_what_one_look_finds(find: AnswerDetector, before: int, name: str) -> None:
    """Wherever a value stands to the borders of the windows, it is replaced as in one look at the whole text."""
    value = {**VALUES, "JWT": JWT, "KEY": KEY}[name]
    text = (PROSE * 4)[:before] + f" {value} " + PROSE * 4
    scrubbed = AnswerScrubber(find).scrub(text)
    assert value not in scrubbed
    assert scrubbed == by_one_look(find, text)


@pytest.mark.parametrize("name", [*VALUES, "JWT", "KEY"])
def test_no_piece_is_let_go_before_all_was_seen(find: AnswerDetector, name: str) -> None:
    """Letter by letter, nothing of a value ever comes out, not even what stood before it was complete."""
    value = {**VALUES, "JWT": JWT, "KEY": KEY}[name]
    scrubber = AnswerScrubber(find)
    out = "".join(scrubber.feed(char) for char in f"{PROSE * 3}{value} {PROSE * 6}")
    assert "_REDACTED]" in out
    out = re.sub(r"\[[A-Z_]+_REDACTED\]", "", out)
    ((start, end, _),) = find(value)
    pieces = {value[at : at + 6] for at in range(start, max(start + 1, end - 6), 3)}
    assert [piece for piece in pieces if piece in out] == []


def test_little_is_held_back(find: AnswerDetector) -> None:
    """Of ordinary text no more than a window is held back."""
    scrubber = AnswerScrubber(find)
    text = PROSE * 40
    held = []
    given_out = 0
    for at, char in enumerate(text, start=1):
        given_out += len(scrubber.feed(char))
        held.append(at - given_out)
    assert max(held) <= LOOK_AHEAD + PART + max(map(len, PROSE.split()))


def test_what_was_cut_off_is_not_let_go(find: AnswerDetector) -> None:
    """When the rest of a text never comes, what could not be judged is dropped."""
    scrubber = AnswerScrubber(find)
    assert scrubber.feed("mail maria.gonzalez@exam") + scrubber.finish(cut_off=True) == ""


JSON_CASES = [
    ('{"to": "maria@example.org"}', '{"to": "[EMAIL_ADDRESS_REDACTED]"}'),
    ('{"to":"maria\\u0040example.org"}', '{"to":"[EMAIL_ADDRESS_REDACTED]"}'),
    ('{"card": 4111111111111111}', '{"card": 0}'),
    ('{"a": "{\\"card\\":4111111111111111}"}', '{"a": "{\\"card\\":0}"}'),
    ('{"a": "{\\"to\\":\\"maria@example.org\\"}"}', '{"a": "{\\"to\\":\\"[EMAIL_ADDRESS_REDACTED]\\"}"}'),
    ('{"t": "line\\nmaria@example.org\\nend"}', '{"t": "line\\n[EMAIL_ADDRESS_REDACTED]\\nend"}'),
    ('{"n": 42, "b": true}', '{"n": 42, "b": true}'),
]


@pytest.mark.parametrize(("raw", "expected"), JSON_CASES)
def test_json_stays_json(find: AnswerDetector, raw: str, expected: str) -> None:
    """In arguments of tools values go, at whatever depth, and the text can still be parsed."""
    assert AnswerScrubber(find, Encoding.JSON).scrub(raw) == expected
    json.loads(expected)
    assert cut(find, list(raw), Encoding.JSON) == expected


def test_a_mask_cannot_break_json() -> None:
    """Whatever an operator writes, no quote, backslash or control character comes into JSON text."""
    scrubber = AnswerScrubber(lambda text: [Replaced(7, 9, '"\\\n')] if len(text) > 9 else [], Encoding.JSON)
    assert json.loads(scrubber.scrub('{"a": "xx"}')) == {"a": "***"}


class Orders:
    """An engine that orders one action for everything."""

    def __init__(self, action: Action) -> None:
        self.action = action
        self.policy = type("P", (), {"answers": Mask.action})

    def actions(self, segments: tuple[Segment, ...], spans, route: RouteKind):  # type: ignore[no-untyped-def]
        return (tuple(SpanAction(span, self.action, "rule") for span in spans[0]),)


@pytest.mark.parametrize(
    ("ordered", "expected"),
    [
        (Action.KEEP, "maria@example\\.org"),
        (Action.PLACEHOLDER, r"[*@.]+\w{0,4}"),
        (Action.REDACT, r"\[EMAIL_ADDRESS_REDACTED\]"),
        (Action.BLOCK, r"\[EMAIL_ADDRESS_REDACTED\]"),
        (Hash.action, r"EMAIL_ADDRESS#[0-9a-f]{12}"),
    ],
)
def test_the_stricter_of_both_holds(find: AnswerDetector, ordered: Action, expected: str) -> None:
    """What policy orders for the type holds where it is stricter than what it says for answers."""
    made = AnswerDetector(find._analyzer, Orders(ordered), find._operators, find._vault)  # type: ignore[arg-type]
    result = AnswerScrubber(made).scrub("maria@example.org")
    assert re.fullmatch(expected, result)
    assert ("maria" in result) == (ordered is Action.KEEP)
