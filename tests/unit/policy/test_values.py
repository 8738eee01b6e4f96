"""Conditions on values: what each kind asks, the stricter side, one verdict for one value, and what leaves."""

from __future__ import annotations

import pytest

from relay.detect.taxonomy import ENTITY_TYPES, describe
from relay.errors import ConfigFault
from relay.policy.authoring.lint import lint
from relay.policy.comparisons import Interval, Verdict, canonical
from relay.policy.engine import Engine
from relay.policy.loader import Layer, parse, validate
from relay.policy.value_condition import ValueFacts, ValueTest, known_values
from relay.replace.reading.plain import Range
from relay.strict_yaml import read_document
from relay.types import RouteKind, Segment, Span

NO, UNKNOWN, YES = Verdict
YEAR = 2026

# (kind, what is asked, entity type, value, what stands behind, verdict)
VERDICTS = [
    ("age", ">=90", "AGE", "93", "", YES),
    ("age", ">=90", "AGE", "89", "", NO),
    ("age", ">=90", "AGE", "93", " months old", NO),
    ("age", ">=90", "AGE", "over 85", "", UNKNOWN),
    ("age", ">=90", "AGE", "neunzig", "", UNKNOWN),
    ("age", "<65, >=18", "AGE", "64", "", YES),
    ("age", "<65, >=18", "AGE", "65", "", NO),
    ("age", ">=90", "PATIENT_AGE", "93", "", YES),
    # the years since a date, before and after the birthday
    ("age", "<90", "DATE_OF_BIRTH", "1937", "", YES),
    ("age", "<90", "DATE_OF_BIRTH", "1936", "", UNKNOWN),
    ("age", "<90", "DATE_OF_BIRTH", "1935", "", NO),
    ("age", "<90", "DATE_TIME", "5/6/37", "", UNKNOWN),
    ("age", "<90", "DATE_TIME", "two weeks", "", UNKNOWN),
    ("date", "<=year", "DATE_TIME", "2019-2021", "", YES),
    ("date", "<=year", "DATE_TIME", "May 2019", "", NO),
    ("date", "<=year", "DATE_TIME", "every 6 hours", "", YES),
    ("date", "<=year", "DATE_TIME", "Monday", "", UNKNOWN),
    ("date", "<=month", "DATE_TIME", "May 2019", "", YES),
    ("date", ">=day", "DATE_TIME", "2019-05-03", "", YES),
    ("area", "populous", "POSTCODE", "02139", "", YES),
    ("area", "populous", "POSTCODE", "03601", "", NO),
    ("area", "small", "POSTCODE", "03601", "", YES),
    ("area", "populous", "POSTCODE", "SW1A 1AA", "", UNKNOWN),
    ("area", "populous", "LOCATION", "Ohio", "", YES),
    ("area", "populous", "LOCATION", "Dayton", "", UNKNOWN),
    ("area", "populous", "LOCATION", "Lebanon", ", Ohio.", UNKNOWN),
    ("area", "populous", "LOCATION", "Delaware", " County", UNKNOWN),
    ("area", "populous", "LOCATION", "Ohio", " and Utah", YES),
    ("amount", ">1000 EUR", "SALARY", "€ 1,500.00", "", YES),
    ("amount", ">1000 EUR", "SALARY", "€ 999", "", NO),
    ("amount", ">1000 EUR", "SALARY", "€ 1.500", "", UNKNOWN),
    ("amount", ">1000 EUR", "SALARY", "$ 1,500.00", "", UNKNOWN),
    ("amount", ">1000", "SALARY", "$ 1,500.00", "", YES),
    ("domain", ("*.example.com", "example.com"), "EMAIL_ADDRESS", "m@Mail.Example.com", "", YES),
    ("domain", ("example.com",), "EMAIL_ADDRESS", "m@mail.example.com", "", NO),
    ("domain", ("example.com",), "EMAIL_ADDRESS", "m@example.com.example.org", "", NO),
    ("domain", ("example.com",), "EMAIL_ADDRESS", "m at example dot com", "", UNKNOWN),
    ("network", ("visa",), "CREDIT_CARD", "4111 1111 1111 1111", "", YES),
    ("network", ("amex",), "CREDIT_CARD", "4111 1111 1111 1111", "", NO),
    ("network", ("amex",), "CREDIT_CARD", "1111", "", UNKNOWN),
    ("term", ("eponym",), "PERSON", "Murphy", "'s sign", YES),
    ("term", ("drug",), "PERSON", "Murphy", "'s sign", NO),
    ("term", ("eponym",), "PERSON", "Murphy", " is here", UNKNOWN),
]


@pytest.mark.parametrize(("name", "asked", "entity_type", "value", "after", "verdict"), VERDICTS)
def test_what_a_kind_says_of_a_value(
    name: str, asked: object, entity_type: str, value: str, after: str, verdict: Verdict
) -> None:
    """Each with near misses, and with what cannot be read."""
    facts = ValueFacts(value=value, entity_type=entity_type, after=after, year=YEAR)
    assert ValueTest(name, asked).judge(facts) is verdict


def test_each_kind_has_a_row() -> None:
    """A new one is tested here, too."""
    assert {row[0] for row in VERDICTS} == set(known_values())


def test_without_a_clock_no_date_is_an_age() -> None:
    """Nothing is assumed about the present."""
    assert ValueTest("age", "<90").judge(ValueFacts(value="1999", entity_type="DATE_TIME")) is UNKNOWN


@pytest.mark.parametrize(
    ("interval", "found", "verdict"),
    [
        (Interval(low=90), Range(90, 90), YES),
        (Interval(low=90, low_open=True), Range(90, 90), NO),
        (Interval(low=90), Range(89, 90), UNKNOWN),
        (Interval(high=90, high_open=True), Range(0, 89), YES),
        (Interval(5, 5), Range(5, 5), YES),
        (Interval(5, 5), Range(4, 6), UNKNOWN),
        (Interval(5, 4), Range(4, 5), NO),
    ],
)
def test_intervals(interval: Interval, found: Range, verdict: Verdict) -> None:
    """A number that may lie on either side is UNKNOWN."""
    assert interval.holds(found) is verdict


def test_a_comparison_has_one_form() -> None:
    """Order and blanks mean nothing."""
    assert canonical("<65,>= 18") == canonical(">=18 ,  < 65") == "<65, >=18"


P = "version: 1\ndetect: {on: [AGE, DATE_TIME, LOCATION]}\n"
KEPT_AGES = P + "exemptions:\n  - {entity: AGE, when: {age: '< 90'}, on: frontier, action: keep, why: w}\n"
OLD_AGES = "version: 1\nrules:\n  - {entity: AGE, when: {age: '>= 90'}, action: redact, why: w}\n"
WRONG = [
    ("{entity: AGE, when: {age: 90}}", 'age: expected a comparison such as ">= 90", or two such as ">= 18, < 65"'),
    ("{entity: AGE, when: {age: '=> 90'}}", 'age: expected a comparison such as ">= 90", or two such as ">= 18, < 65"'),
    ("{entity: AGE, when: {age: '>= old'}}", 'age: "old" is no age: expected whole years from 0 to 150'),
    ("{entity: AGE, when: {age: '>= 200'}}", 'age: "200" is no age: expected whole years from 0 to 150'),
    (
        "{entity: DATE_TIME, when: {date: '<= decade'}}",
        'date: "decade" is not known: expected none, relative, year, month, day, time',
    ),
    (
        "{entity: PAY, when: {amount: '> 5 XYZ'}}",
        'amount: "5 XYZ" is no amount: expected a number, and maybe a currency, such as "1000 EUR"',
    ),
    (
        "{entity: EMAIL_ADDRESS, when: {domain: a@example.com}}",
        'domain: a domain is what stands behind the "@"; leave out the rest',
    ),
    ("{entity: CREDIT_CARD, when: {network: vissa}}", 'network: "vissa" is not known; did you mean "visa"?'),
    ("{entity: AGE, when: {agee: '> 1'}}", 'unknown key "agee"; did you mean "age"?'),
    ("{entity: AGE, when: {}}", "when: needs at least one of age, amount, area, date, domain, network, term"),
    (
        "{roles: user, when: {age: '> 1'}}",
        '"when" says what a value has to be, so it needs an entity or a group: which values',
    ),
]


@pytest.mark.parametrize(("rule", "complaint"), WRONG)
def test_a_bad_condition_is_a_load_error_with_its_place(rule: str, complaint: str) -> None:
    """File, line, key, and what was expected."""
    text = f"version: 1\nrules:\n  - {rule[:-1]}, action: redact, why: w}}\n"
    with pytest.raises(ConfigFault) as caught:
        parse(text, "p.yaml")
    first = str(caught.value).splitlines()[0]
    assert first.startswith("p.yaml:3:")
    assert complaint in first


def actions(policy: str, *texts: tuple[str, list[tuple[str, str]]], year: int | None = YEAR) -> list[list[str]]:
    """Return the action for each value: texts with their (entity type, value) pairs, each value at its first place."""
    segments, rows = [], []
    for text, values in texts:
        segments.append(Segment(pointer="", text=text))
        spans = [Span(kind, text.index(value), text.index(value) + len(value)) for kind, value in values]
        rows.append(tuple(sorted(spans, key=lambda span: span.start)))
    engine = Engine(parse(policy, "p.yaml"), ENTITY_TYPES, describe=describe, year=lambda: year)
    made = engine.decide(segments, rows, decision_id="d", available=set(RouteKind)).actions
    assert made == engine.actions(segments, rows, RouteKind.FRONTIER)
    return [[str(item.action) for item in row] for row in made]


# (policy, text, the value's type and text, action)
ACTIONS = [
    (KEPT_AGES, "is 52 years old", ("AGE", "52"), "keep"),
    (KEPT_AGES, "is 93 years old", ("AGE", "93"), "placeholder"),
    (KEPT_AGES, "is 93 months old", ("AGE", "93"), "keep"),
    (KEPT_AGES, '{"age": 45}', ("AGE", "45"), "keep"),
    (KEPT_AGES, "ist neunzig", ("AGE", "neunzig"), "placeholder"),  # not read: the exemption does not hold
    (OLD_AGES, "is 93", ("AGE", "93"), "redact"),
    (OLD_AGES, "is 52", ("AGE", "52"), "keep"),
    (OLD_AGES, "ist neunzig", ("AGE", "neunzig"), "redact"),  # not read: the rule holds
]


@pytest.mark.parametrize(("policy", "text", "value", "action"), ACTIONS)
def test_what_cannot_be_read_meets_the_stricter_side(
    policy: str, text: str, value: tuple[str, str], action: str
) -> None:
    """A rule holds for it, an exemption does not."""
    assert actions(policy, (text, [value])) == [[action]]


def test_one_value_has_one_verdict_in_a_request() -> None:
    """Where its places differ it is replaced everywhere; a value of another type is none of its places."""
    months, years = ("93 months old", [("AGE", "93")]), ("she is 93", [("AGE", "93")])
    assert actions(KEPT_AGES, months) == [["keep"]]
    assert actions(KEPT_AGES, months, years) == [["placeholder"], ["placeholder"]]
    assert actions(KEPT_AGES, months, ("room 93", [("ID_NUMBER", "93")])) == [["keep"], ["placeholder"]]


def test_a_name_that_is_somebodys_is_no_term() -> None:
    """Murphy's sign stays until a Murphy is there."""
    policy = P + "exemptions:\n  - {entity: PERSON, when: {term: eponym}, on: frontier, action: keep, why: w}\n"
    sign, somebody = ("Murphy's sign", [("PERSON", "Murphy")]), ("Murphy called", [("PERSON", "Murphy")])
    assert actions(policy, sign) == [["keep"]]
    assert actions(policy, sign, somebody) == [["placeholder"], ["placeholder"]]
    assert actions(policy, sign, ("Dr. Murphy called", [("PERSON", "Dr. Murphy")])) == [["placeholder"]] * 2
    assert actions(policy, sign, ("Dr. Wells called", [("PERSON", "Dr. Wells")])) == [["keep"], ["placeholder"]]


def test_a_date_says_nothing_of_its_year() -> None:
    """A day in a year leaves the year alone: only names count within longer ones."""
    policy = P + "exemptions:\n  - {entity: DATE_TIME, when: {date: '<= year'}, on: frontier, action: keep, why: w}\n"
    year, day = ("since 2019", [("DATE_TIME", "2019")]), ("on 3 May 2019", [("DATE_TIME", "3 May 2019")])
    assert actions(policy, year, day) == [["keep"], ["placeholder"]]


def test_a_state_belongs_to_the_place_before_it() -> None:
    """Alone it stays."""
    policy = P + "exemptions:\n  - {entity: LOCATION, when: {area: populous}, on: frontier, action: keep, why: w}\n"
    assert actions(policy, ("moved to Ohio", [("LOCATION", "Ohio")])) == [["keep"]]
    assert actions(policy, ("from Dayton, Ohio", [("LOCATION", "Ohio")])) == [["placeholder"]]


def test_a_rule_may_send_requests_by_what_a_value_says() -> None:
    """A required route depends on values as actions do."""
    policy = "version: 1\nrules:\n  - {entity: AGE, when: {age: '>= 90'}, require: local, why: w}\n"
    engine = Engine(parse(policy, "p.yaml"), ENTITY_TYPES)
    for text, route in (("93", RouteKind.LOCAL), ("52", RouteKind.FRONTIER)):
        decision = engine.decide(
            (Segment(pointer="", text=text),),
            ((Span("AGE", 0, 2),),),
            decision_id="d",
            available=set(RouteKind),
        )
        assert decision.route is route


R = "version: 1\nrules:\n"
E = P + "exemptions:\n"
# (what, policy, findings as "line code")
FINDINGS = [
    ("a condition", OLD_AGES, []),
    ("one that holds for nothing", R + "  - {entity: AGE, when: {age: '>= 90, < 65'}, action: mask, why: w}", "never"),
    ("below all ages", R + "  - {entity: AGE, when: {age: '< 0'}, action: mask, why: w}", "never"),
    ("no date", R + "  - {entity: DATE_TIME, when: {date: '> time'}, action: mask, why: w}", "never"),
    ("every age", R + "  - {entity: AGE, when: {age: '>= 0'}, action: mask, why: w}", "always"),
    ("a type without an age", R + "  - {entity: PERSON, when: {age: '> 1'}, action: mask, why: w}", "cannot-read"),
    (
        "narrower than another",
        R + "  - {entity: AGE, when: {age: '>= 95'}, action: mask, why: w}\n"
        "  - {entity: AGE, when: {age: '>= 90'}, action: mask, why: w}",
        "dead-rule",
    ),
    (
        "wider than another",
        R + "  - {entity: AGE, when: {age: '>= 95'}, action: redact, why: w}\n"
        "  - {entity: AGE, when: {age: '>= 90'}, action: mask, why: w}",
        [],
    ),
    (
        "an exemption within another",
        E + "  - {entity: AGE, when: {age: '< 50'}, on: frontier, action: keep, why: w}\n"
        "  - {entity: AGE, when: {age: '< 90'}, on: frontier, action: keep, why: w}\n",
        "vain-exemption",
    ),
    ("an exemption with a condition is not wide", KEPT_AGES, []),
    ("an operator for other types", R + "  - {entity: PERSON, action: year, why: w}", "redacts"),
]


@pytest.mark.parametrize(("what", "policy", "code"), FINDINGS, ids=[row[0] for row in FINDINGS])
def test_lint_knows_conditions_on_values(what: str, policy: str, code: str | list[str]) -> None:
    """What contradicts itself, holds for all, cannot be read, or is covered by another."""
    document = read_document(policy, "p.yaml")
    layer = Layer(document=document, policy=validate(document), sha256="")
    found = [row.code for row in lint((layer,), ENTITY_TYPES)]
    assert found == [] if code == [] else found[0].startswith(str(code))


def test_labels_show_what_is_asked_but_no_private_domain() -> None:
    """Labels go into refusals and logs."""
    policy = parse(
        R + "  - {entity: AGE, when: {age: '>= 90'}, action: mask, why: w}\n"
        "  - {entity: EMAIL_ADDRESS, when: {domain: secret.example.com}, action: mask, why: w}\n",
        "p.yaml",
    )
    assert [rule.label for rule in policy.rules] == ["AGE age>=90:mask", "EMAIL_ADDRESS domain:mask"]


def test_the_digest_stands_for_the_meaning() -> None:
    """Blanks and the order of comparisons change nothing; another bound does."""
    one, same, other = (
        parse(f"version: 1\nrules: [{{entity: AGE, when: {{age: '{asked}'}}, action: mask}}]", "p").digest
        for asked in (">= 18, < 65", "<65,>=18", ">= 18, < 66")
    )
    assert one == same != other
