"""Spans take what their attributes allow; ids, sampling and a client's parent; what waits is bounded."""

from __future__ import annotations

from hashlib import blake2b
from itertools import count
from typing import Any

import pytest

from relay.errors import PolicyRefused
from relay.observe import attributes
from relay.observe.attributes import Attribute, Ending, Method, told
from relay.observe.logs import Id, Name
from relay.observe.traces import Parent, Recorded, SpanName, Tracer
from relay.types import RouteKind

ID = Id("0123456789abcdef" * 2)
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{SPAN}-01"


def recorded(tracer: Tracer, *headers: tuple[str, str]) -> Recorded:
    found = tracer.begin(ID, headers).recorded
    assert found is not None
    return found


def tracer(**fields: Any) -> Tracer:
    return Tracer(**{"clock_ns": count(1).__next__, "dropped": lambda _: None, **fields})


GOOD = {
    Id: Id("ab" * 16),
    Name: Name("main"),
    RouteKind: RouteKind.LOCAL,
    Method: Method.GET,
    Ending: Ending.UNPLANNED,
    int: 3,
    bool: True,
}
BAD = ["maria@example.org", b"bytes", ["list"], {"a": 1}, None, ValueError("maria"), 1.5, Id("maria@example.org")]


@pytest.mark.parametrize("attribute", Attribute)
def test_an_attribute_takes_its_types_and_no_other(attribute: Attribute) -> None:
    """Whatever could hold text raises where it is set, whichever attribute it is."""
    trace = recorded(tracer())
    types = attributes._TYPES[attribute]
    assert str not in types
    for kind, value in GOOD.items():
        if kind in types:
            trace.whole.set(attribute, value)
        else:
            with pytest.raises(TypeError):
                trace.whole.set(attribute, value)
    for value in BAD:
        with pytest.raises(TypeError) as caught:
            trace.whole.set(attribute, value)
        assert "maria" not in str(caught.value)
    assert "maria" not in repr([span.attributes for span in trace.spans])


@pytest.mark.parametrize("name", ["maria@example.org", 3, None])
def test_spans_and_events_have_names_of_a_closed_list(name: Any) -> None:
    """A name is a member of its enumeration, or none."""
    trace = recorded(tracer())
    with pytest.raises(ValueError):
        trace.span(name)
    with pytest.raises(ValueError):
        trace.whole.happened(name)


def test_an_error_is_its_code() -> None:
    """Of a fault its code, of anything else one of two words; never its text."""
    assert attributes.error_type(PolicyRefused("maria@example.org")) == "policy_refused"
    assert attributes.error_type(ValueError("maria@example.org")) is Ending.UNPLANNED
    assert attributes.error_type(ConnectionResetError("maria")) is Ending.DISCONNECTED


@pytest.mark.parametrize(("method", "word"), [("GET", "GET"), ("get", "_OTHER"), ("MARIA", "_OTHER"), ("", "_OTHER")])
def test_a_made_up_method_is_another(method: str, word: str) -> None:
    assert told(method) == word


@pytest.mark.parametrize(
    ("value", "is_parent"),
    [
        (PARENT, True),
        (PARENT[:-1] + "3", True),  # the flag of random ids besides
        (PARENT.upper(), False),
        (PARENT + "-00", False),
        (PARENT + " ", False),
        (PARENT + "\n", False),
        ("01" + PARENT[2:], False),
        ("ff" + PARENT[2:], False),
        (PARENT.replace(TRACE, "0" * 32), False),
        (PARENT.replace(SPAN, "0" * 16), False),
        (PARENT.replace("-", "_"), False),
        (PARENT.replace("4b", "４b"), False),
        ("", False),
        ("maria@example.org", False),
    ],
)
def test_a_parent_is_read_strictly(value: str, is_parent: bool) -> None:
    """55 characters of version 00, or the exchange begins a trace of its own."""
    trace = recorded(tracer(trust_parent=True), ("traceparent", value))
    assert trace.parent == (Parent(TRACE, SPAN) if is_parent else None)


def test_a_parent_is_trusted_only_where_that_is_configured() -> None:
    """And two of them are none."""
    given = ("traceparent", PARENT)
    assert recorded(tracer(), given).parent is None
    assert recorded(tracer(trust_parent=True), given, given).parent is None


def test_a_trusted_parent_decides_about_sampling() -> None:
    """Its flag, whatever the part that is sampled otherwise."""
    none, all_ = tracer(trust_parent=True, sample=0), tracer(trust_parent=True)
    assert none.begin(ID, (("traceparent", PARENT),)).recorded
    assert not all_.begin(ID, (("traceparent", PARENT[:-1] + "0"),)).recorded


def test_sampling() -> None:
    """Nothing, a part, all."""
    ids = iter(f"{blake2b(b'%d' % number, digest_size=16).hexdigest()}" for number in count()).__next__
    some = tracer(sample=0.25)
    assert not tracer(sample=0).begin(Id(ids()), ()).recorded
    assert 150 < sum(some.begin(Id(ids()), ()).recorded is not None for _ in range(1_000)) < 350
    assert all(tracer().begin(Id(ids()), ()).recorded for _ in range(100))


def test_too_many_are_dropped_and_counted() -> None:
    """Those that came first are kept."""
    lost: list[int] = []
    keeps = tracer(limit=2, dropped=lost.append)
    for _ in range(5):
        with recorded(keeps):
            pass
    assert lost == [1, 1, 1]
    assert (len(keeps.take(9)), len(keeps.take(9))) == (2, 0)


def test_the_end_of_an_exchange_ends_its_steps() -> None:
    """Each with what went wrong, and once."""
    keeps = tracer()
    trace = recorded(keeps)
    trace.span(SpanName.ANSWER)
    trace.end(ConnectionResetError())
    trace.end()
    (kept,) = keeps.take(9)
    assert [span.attributes[Attribute.ERROR] for span in kept.spans] == ["disconnected"] * 2
    assert kept.spans[1].ended_ns < kept.spans[0].ended_ns
