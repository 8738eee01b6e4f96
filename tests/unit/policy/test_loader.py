"""Every way to get a policy file wrong has one line with file, line, column and, where there is one, a suggestion."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from relay.detect.taxonomy import ENTITY_TYPES
from relay.errors import ConfigFault
from relay.policy.loader import load, parse
from relay.strict_yaml import LIMIT_BYTES
from relay.types import Action, Role, RouteKind

RULE = "version: 1\nrules:\n  - "
EXEMPTION = "version: 1\nexemptions:\n  - "
EMPTY = "p.yaml: is empty"

# (what is wrong, the file, the complaints)
WRONG = [
    ("nothing", "", [EMPTY]),
    ("white space", "\n\n  \n", [EMPTY]),
    ("a comment only", "# later\n", [EMPTY]),
    ("null", "null", [EMPTY]),
    ("a list", "- version: 1", ["p.yaml:1:1: expected keys with values at the top level"]),
    ("a word", "version", ["p.yaml:1:1: expected keys with values at the top level"]),
    (
        "an anchor",
        "version: &v 1",
        ["p.yaml:1:10: an anchor (&name) is not allowed; write the value out where it is needed"],
    ),
    ("an alias", "version: *v", ["p.yaml:1:10: an alias (*name) is not allowed; write the value out"]),
    (
        "a tag",
        "version: !!python/object/apply:os.system [ls]",
        ["p.yaml:1:10: a tag (!name) is not allowed; values are text, numbers, true, false and lists"],
    ),
    (
        "a tag of the standard",
        'version: !!int "1"',
        ["p.yaml:1:10: a tag (!name) is not allowed; values are text, numbers, true, false and lists"],
    ),
    (
        "a merge key",
        "version: 1\ndefault:\n  <<: {frontier: keep}",
        ['p.yaml:3:3: a merge key (<<) is not allowed; a policy builds on another with "extends"'],
    ),
    (
        "two documents",
        "version: 1\n---\nversion: 1",
        ["p.yaml:2:1: a second document begins here; one file is one document"],
    ),
    (
        "a key twice",
        "version: 1\ntitle: a\ntitle: b",
        ['p.yaml:3:1: the key "title" is here a second time; it is already in line 2'],
    ),
    (
        "a key twice inside",
        "version: 1\ndefault: {local: keep, local: mask}",
        ['p.yaml:2:24: the key "local" is here a second time; it is already in line 2'],
    ),
    ("a key that is a list", "? [a]\n: 1", ["p.yaml:1:3: a key must be a word"]),
    (
        "an escape beyond Unicode",
        'version: 1\nmode: "\\U00110000"\n',
        ["p.yaml:2:10: is not valid YAML: found invalid Unicode character escape code"],
    ),
    ("an open bracket", "version: [1", ["p.yaml:1:12: is not valid YAML: expected ',' or ']', but got '<stream end>'"]),
    (
        "a tab",
        "version:\t1\n\trules: 1",
        ["p.yaml:1:9: is not valid YAML: found character '\\t' that cannot start any token"],
    ),
    ("too deep", "version: " + "[" * 40 + "]" * 40, ["p.yaml:1:26: is nested deeper than 16 levels"]),
    ("too large", "#" * (LIMIT_BYTES + 1), ["p.yaml: is larger than 256 KiB"]),
    ("too many nodes", "version: [" + "1," * 21_000 + "]", ["p.yaml:1:40007: has more than 20000 nodes"]),
    ("no version", "title: x", ['p.yaml:1:1: the key "version" is missing']),
    ("another version", "version: 2", ["p.yaml:1:10: version: 2 is not known; expected 1"]),
    ("a version in quotes", "version: '1'", ['p.yaml:1:10: version: "1" is not known; expected 1']),
    ("true for one", "version: true", ['p.yaml:1:10: version: "true" is not known; expected 1']),
    (
        "an unknown key",
        "version: 1\nrule: []",
        ['p.yaml:2:1: unknown key "rule"; did you mean "rules"?'],
    ),
    ("an unknown key without a neighbour", "version: 1\nzzz: 1", ['p.yaml:2:1: unknown key "zzz"']),
    (
        "an unknown key inside",
        RULE + "entitty: US_SSN\n    action: block",
        [
            'p.yaml:3:5: unknown key "entitty"; did you mean "entity"?',
        ],
    ),
    (
        "an unknown action",
        RULE + "entity: US_SSN\n    action: blok",
        ['p.yaml:4:13: action: "blok" is not known; did you mean "block"?'],
    ),
    (
        "an unknown handling",
        "version: 1\nopaque: {images: maybe}",
        ['p.yaml:2:18: images: "maybe" is not known; expected refuse, drop, reencode or pass'],
    ),
    (
        "an unknown class",
        RULE + "class: [PHI, PHY]\n    require: local",
        ['p.yaml:3:18: class: "PHY" is not known; did you mean "PHI"?'],
    ),
    (
        "a type in lower case",
        RULE + "entity: us_ssn\n    action: block",
        ['p.yaml:3:13: entity: expected an upper-case entity type such as EMAIL_ADDRESS or US_*, found "us_ssn"'],
    ),
    ("text for a list", "version: 1\nrules: none", ['p.yaml:2:8: rules: expected a list, found "none"']),
    ("text for keys", "version: 1\ndefault: mask", ['p.yaml:2:10: default: expected keys with values, found "mask"']),
    (
        "a word for a switch",
        "version: 1\nrestore: {urls: yes}",
        ['p.yaml:2:17: urls: expected true or false, found "yes"'],
    ),
    (
        "a score above one",
        RULE + "entity: US_SSN\n    min_score: 85\n    action: block",
        ["p.yaml:4:16: min_score: expected a number from 0 to 1, found 85"],
    ),
    (
        "a rule about nothing",
        RULE + "action: block",
        [
            "p.yaml:3:5: rules: a rule needs at least one of entity, group, roles, clients, class, languages, "
            "max_tokens, models"
        ],
    ),
    (
        "a rule that says nothing",
        RULE + "entity: US_SSN",
        ["p.yaml:3:5: rules: a rule needs an action, a require or a prefer"],
    ),
    (
        "a rule that would loosen",
        RULE + "entity: US_SSN\n    action: keep",
        ['p.yaml:3:5: rules: a rule can only tighten, so "action: keep" says nothing; write an exemption instead'],
    ),
    (
        "a rule that requires the frontier",
        RULE + "entity: US_SSN\n    require: frontier",
        ["p.yaml:3:5: rules: a rule can only tighten, so it cannot ask for the frontier, which is the default"],
    ),
    (
        "a route that depends on the route",
        RULE + "entity: US_SSN\n    require: local\n    on: frontier",
        [
            'p.yaml:3:5: rules: "require" and "prefer" choose the route, so they cannot depend on it; leave out "on"',
        ],
    ),
    (
        "an exemption without where and why",
        EXEMPTION + "entity: EMAIL_ADDRESS\n    action: keep",
        ['p.yaml:3:5: the key "on" is missing', 'p.yaml:3:5: the key "why" is missing'],
    ),
    (
        "an empty why",
        EXEMPTION + "entity: EMAIL_ADDRESS\n    on: frontier\n    action: keep\n    why: '  '",
        ["p.yaml:6:10: why: is empty; say it in a sentence"],
    ),
    (
        "an exemption that would tighten",
        EXEMPTION + "entity: EMAIL_ADDRESS\n    on: frontier\n    action: block\n    why: x",
        ['p.yaml:3:5: exemptions: an exemption can only loosen, so it cannot say "block"; write a rule instead'],
    ),
    (
        "an exemption about everything",
        EXEMPTION + "match: '*'\n    on: frontier\n    action: keep\n    why: x",
        ["p.yaml:3:5: exemptions: an exemption needs an entity or a group: it must be narrow"],
    ),
    (
        "an open policy",
        "version: 1\ndefault: {frontier: keep}",
        ["p.yaml:1:1: this policy would let everything through: the frontier's default is keep, without rules"],
    ),
    (
        "an open exemption",
        EXEMPTION + "entity: '*'\n    match: '**'\n    on: frontier\n    action: keep\n    why: x",
        ["p.yaml:1:1: this policy would let everything through: an exemption keeps every type"],
    ),
    (
        "an open exemption in more words",
        EXEMPTION + "entity: ['***', US_SSN]\n    clients: ['*']\n    on: frontier\n    action: keep\n    why: x",
        ["p.yaml:1:1: this policy would let everything through: an exemption keeps every type"],
    ),
    (
        "an open exemption by groups",
        EXEMPTION + "group: '**'\n    on: frontier\n    action: keep\n    why: x",
        ["p.yaml:1:1: this policy would let everything through: an exemption keeps every type"],
    ),
    (
        "a style that is none",
        "version: 1\nstyle: angle",
        ['p.yaml:2:8: style: "angle" is not known; expected bracketed'],
    ),
    (
        "a style with a typing error",
        "version: 1\nstyle: brackted",
        ['p.yaml:2:8: style: "brackted" is not known; did you mean "bracketed"?'],
    ),
    ("a style that is a number", "version: 1\nstyle: 1", ["p.yaml:2:8: style: 1 is not known; expected bracketed"]),
    (
        "a default that refuses everybody",
        "version: 1\ndefault: {frontier: block}",
        [
            'p.yaml:1:1: "default: frontier: block" would refuse every request with a personal value; write rules '
            "instead"
        ],
    ),
    (
        "three things at once, in file order",
        RULE + "entity: US_SSN\n    action: blok\n  - entty: US_SSN\n    min_score: -1",
        [
            'p.yaml:4:13: action: "blok" is not known; did you mean "block"?',
            'p.yaml:5:5: unknown key "entty"; did you mean "entity"?',
            "p.yaml:6:16: min_score: expected a number from 0 to 1, found -1",
        ],
    ),
]


@pytest.mark.parametrize(("what", "text", "complaints"), WRONG, ids=[row[0] for row in WRONG])
def test_every_problem_has_a_line_with_its_place(what: str, text: str, complaints: list[str]) -> None:
    """A wrong file raises one ConfigFault with one line per problem."""
    with pytest.raises(ConfigFault) as caught:
        parse(text, "p.yaml")
    assert caught.value.public.splitlines() == complaints


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"version: 1\ntitle: \xff", "p.yaml: is not UTF-8: byte 18 cannot be decoded"),
        (b"version: 1\x00", "p.yaml: is not valid YAML: special characters are not allowed"),
        ("version: \ud800", "p.yaml: is not UTF-8: byte 9 cannot be decoded"),
    ],
)
def test_bytes_that_are_no_text_are_refused(data: bytes | str, complaint: str) -> None:
    """Bytes that are no UTF-8, or not allowed in YAML, are refused."""
    with pytest.raises(ConfigFault) as caught:
        parse(data, "p.yaml")
    assert caught.value.public == complaint


def test_words_of_yaml_1_1_are_words() -> None:
    """`on` is a key, and NO is a country: nothing turns into a boolean behind the author's back."""
    policy = parse(RULE + "entity: NO\n    on: frontier\n    action: mask\n    why: no", "p.yaml")
    assert policy.rules[0].on is RouteKind.FRONTIER
    assert policy.rules[0].entity == ("NO",)
    assert policy.rules[0].why == "no"


@pytest.mark.parametrize("written", ["US_SSN", "[US_SSN]", "\n      - US_SSN", '"US_SSN"'])
def test_one_item_stands_for_a_list_of_one(written: str) -> None:
    """A single entity may be written without brackets."""
    assert parse(RULE + f"entity: {written}\n    action: mask", "p.yaml").rules[0].entity == ("US_SSN",)


def test_the_smallest_policy_is_the_safe_one() -> None:
    """What is not said is the strict choice: placeholders out, opaque content refused, no value inside a URL."""
    policy = parse("version: 1", "p.yaml")
    assert (policy.default.frontier, policy.default.local) == (Action.PLACEHOLDER, Action.KEEP)
    assert {str(policy.opaque.handling(kind)) for kind in ("image_url", "input_audio", "file", "?")} == {"refuse"}
    assert policy.restore.urls is False
    assert policy.unknown_fields == "scrub"


KNOWN = ("US_SSN", "UK_NINO", "EMAIL_ADDRESS")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            RULE + "entity: US_SNN\n    action: mask",
            'p.yaml:3:13: entity: no recognizer finds the type "US_SNN"; did you mean "US_SSN"?',
        ),
        (RULE + "entity: [UK_*, XX_*]\n    action: mask", 'p.yaml:3:20: entity: no recognizer finds the type "XX_*"'),
        ("version: 1\ndetect: {on: [EMAIL]}", 'p.yaml:2:15: on: no recognizer finds the type "EMAIL"'),
        (
            "version: 1\nrestore: {withhold: US_SN}",
            'p.yaml:2:21: withhold: no recognizer finds the type "US_SN"; did you mean "US_SSN"?',
        ),
    ],
)
def test_a_type_that_nobody_knows_is_a_problem(text: str, complaint: str) -> None:
    """A rule with a typing error in it would protect nothing, so it is refused where the table is at hand."""
    with pytest.raises(ConfigFault) as caught:
        parse(text, "p.yaml", known_types=KNOWN)
    assert caught.value.public == complaint
    parse(text, "p.yaml")


GROUPS = sorted({info.group.value for info in ENTITY_TYPES.values()})
LETTERS = sorted({f"{name[0]}*" for name in ENTITY_TYPES})
ROLES = [str(role) for role in Role]


@pytest.mark.parametrize(
    ("selects", "open"),
    [
        ({"entity": "*"}, True),
        ({"entity": "**"}, True),
        ({"entity": LETTERS}, True),
        ({"entity": sorted(ENTITY_TYPES)}, True),
        ({"entity": "*_*"}, False),  # not each has an underscore
        ({"entity": LETTERS[1:]}, False),
        ({"entity": sorted(ENTITY_TYPES)[1:]}, False),
        ({"entity": "US_*"}, False),
        ({"group": "*"}, True),
        ({"group": GROUPS}, True),
        ({"group": [f"*{group[1:]}" for group in GROUPS]}, True),
        ({"group": GROUPS[1:]}, False),
        ({"entity": "**", "group": GROUPS}, True),
        ({"entity": "**", "group": GROUPS[0]}, False),
        ({"entity": "US_*", "group": "**"}, False),
        ({"entity": LETTERS, "match": "**"}, True),
        ({"entity": LETTERS, "match": "*@example.org"}, False),
        ({"entity": LETTERS, "clients": ["a", "**"]}, True),
        ({"entity": LETTERS, "clients": "a*"}, False),
        ({"entity": "**", "models": "*", "clients": "*"}, True),
        ({"entity": "**", "models": "*", "clients": "hr"}, False),
        ({"entity": "**", "roles": ROLES}, True),
        ({"entity": "**", "roles": ROLES[1:]}, False),
        ({"entity": "**", "on": "local"}, False),
        ({"entity": "**", "action": "mask"}, False),
    ],
)
def test_what_lets_everything_through_is_told_by_what_it_matches(selects: dict[str, object], open: bool) -> None:
    """Not by how it is written: an exemption that keeps every type there is, for everybody, leaves no policy."""
    entry = {"on": "frontier", "action": "keep", "why": "x", **selects}
    text = json.dumps({"version": 1, "exemptions": [{**entry, "entity": "US_SSN"}, entry]})
    if not open:
        parse(text, "p.yaml", known_types=ENTITY_TYPES)
        return
    with pytest.raises(ConfigFault, match="this policy would let everything through"):
        parse(text, "p.yaml", known_types=ENTITY_TYPES)


def test_known_types_and_wildcards_are_accepted() -> None:
    """A near miss of the test above: every name stands for something."""
    parse(RULE + "entity: [US_SSN, 'UK_*', '*']\n    action: mask", "p.yaml", known_types=KNOWN)


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    """A missing file, and a folder, are named with the reason."""
    with pytest.raises(ConfigFault, match=r"none\.yaml: cannot be read: No such file or directory"):
        load(tmp_path / "none.yaml")
    with pytest.raises(ConfigFault, match="cannot be read: Is a directory"):
        load(tmp_path)
    with pytest.raises(ConfigFault, match="cannot be read: its name holds a character"):
        load(tmp_path / "a\0b")
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    with pytest.raises(ConfigFault, match=r"loop\.yaml: cannot be read: "):
        load(tmp_path / "loop.yaml")
