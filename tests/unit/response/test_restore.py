"""Values come back where placeholders stand, and nowhere else."""

from collections.abc import Mapping, Sequence

import pytest

from relay.errors import SessionClosed
from relay.response.restore import Restorer
from relay.types import Encoding

VALUES = {
    "[PERSON_1]": "Maria",
    "[PERSON_2]": 'Ann "Bo"',
    "[PERSON_12]": "Zed",
    "[EMAIL_ADDRESS_1]": "maria@example.org",
    "[LOOKALIKE_1]": "[PERSON_1]",
}


class Issued:
    """A vault that is a table, and counts what was opened."""

    def __init__(self, values: Mapping[str, str] = VALUES) -> None:
        self.values = dict(values)
        self.opened: list[str] = []

    def placeholders(self) -> Sequence[str]:
        return tuple(self.values)

    def forms(self) -> Sequence[str]:
        return ()

    def open(self, placeholder: str) -> str:
        self.opened.append(placeholder)
        return self.values[placeholder]


def restore(text: str, encoding: Encoding = Encoding.TEXT, **options: object) -> str:
    return Restorer(Issued(), encoding=encoding, **options).restore(text)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "restored"),
    [
        ("[PERSON_1] wrote", "Maria wrote"),
        ("[PERSON_12] not [PERSON_1]2", "Zed not Maria2"),
        ("[person_1], [Person-1], [PERSON 1]", "Maria, Maria, Maria"),
        ("\\[PERSON\\_1\\] and [PERSON\\_1]", "Maria and Maria"),
        ("C:\\Users\\[PERSON_1]\\docs", "C:\\Users\\Maria\\docs"),
        ("[PERSON_1]'s and “PERSON_1” and PERSON_1.", "Maria's and “Maria” and Maria."),
        ("&#91;PERSON_1&#93; ［PERSON_1］ %5BEMAIL_ADDRESS_1%5D", "Maria Maria maria%40example.org"),
        ("[EMAIL_\n    ADDRESS_1] [EMAIL\r\nADDRESS_1]", "maria@example.org maria@example.org"),
        ("the EMAIL ADDRESS 1 of PERSON 12", "the maria@example.org of Zed"),
        ("请联系PERSON_1。", "请联系Maria。"),
        ("**[PERSON_1]** `PERSON_1`", "**Maria** `Maria`"),
    ],
)
def test_altered_placeholders(text: str, restored: str) -> None:
    """The alterations of the closed grammar."""
    assert restore(text) == restored


@pytest.mark.parametrize(
    "text",
    [
        "[PERSON_3] [PERSON_123] [PERSON_01]",
        "[PERSON1] [PERSON__1] [PERSON]",
        "Person 1 of 2, person 12, chapter 1",
        "MY_PERSON_1 PERSON_1_NAME PERSON 1_NAME XPERSON_1 PERSON_12X éPERSON_1",
        "[EMAIL_1] [ADDRESS_1] [EMAIL_ADDRESS_2]",
        "[PERSÖN_1] [PERSON_١]",
    ],
)
def test_near_misses(text: str) -> None:
    """Never by similarity: a number, a word or a boundary too few, and the text stays."""
    assert restore(text) == text


def test_a_restored_value_is_not_looked_at_again() -> None:
    """A user who typed a placeholder gets it back literally."""
    assert restore("[LOOKALIKE_1]") == "[PERSON_1]"


@pytest.mark.parametrize(
    ("fed", "let_go"),
    [
        ("hello ", "hello "),
        ("hello [", "hello "),
        ("see [link", "see [link"),
        ("see [pers", "see "),
        ("see [PERSON_3", "see [PERSON_3"),
        ("see [PERSON_1", "see "),
        ("PER", ""),
        ("PERHAPS", "PERHAPS"),
        ("[PERSON_1]", ""),  # a link, should a target follow
        ("[PERSON_1](", ""),
        ("[PERSON_1](t", ""),
        ("[PERSON_1](the ", "Maria(the "),
        ("[PERSON_1].", ""),  # a host, should two names follow
        ("[PERSON_1]. ", "Maria. "),
        ("PERSON_1 ", "Maria "),
        ("100 %", "100 "),
        ("100 % ", "100 % "),
        ("a & ", "a & "),
        ("&#9", ""),
        ("EMAIL ", ""),
        ("email ", "email "),
    ],
)
def test_only_a_real_prefix_is_held_back(fed: str, let_go: str) -> None:
    """What can become an issued placeholder waits; everything else leaves at once, and nothing is lost."""
    restorer = Restorer(Issued())
    assert restorer.feed(fed) == let_go
    assert bool(restorer.carry) == (let_go not in (fed, "Maria ", "Maria. ", "Maria(the "))
    assert let_go + restorer.finish() == restore(fed)


@pytest.mark.parametrize("text", ["see [PERSON_", "see [PERSON_1", "see &#91;PERS", "see \\[PERSON_1"])
def test_a_stream_that_stops_inside_passes_the_fragment_on(text: str) -> None:
    """`[PERSON_1` may have been going to be `[PERSON_12]`, so it is not restored."""
    restorer = Restorer(Issued())
    assert restorer.feed(text) + restorer.finish() == text


def test_a_stream_known_to_be_cut_off_restores_nothing_more() -> None:
    """At a whole end `PERSON_1` is complete; at a broken one it may not be."""
    for cut_off, rest in ((False, "Maria"), (True, "PERSON_1")):
        restorer = Restorer(Issued())
        assert restorer.feed("PERSON_1") == ""
        assert restorer.finish(cut_off=cut_off) == rest
        assert restorer.finish() == ""


@pytest.mark.parametrize(
    ("text", "restored"),
    [
        ('{"to":"[PERSON_2]"}', '{"to":"Ann \\"Bo\\""}'),
        ('{"to":"\\u005bPERSON\\u005F2\\u005D"}', '{"to":"Ann \\"Bo\\""}'),
        ('{"to":"\\\\[PERSON\\\\_2\\\\]"}', '{"to":"Ann \\"Bo\\""}'),
        ('{"to":"line\\nPERSON_1\\n"}', '{"to":"line\\nMaria\\n"}'),
        ('{"to":"He \\"[PERSON_2]\\" said"}', '{"to":"He \\"Ann \\"Bo\\"\\" said"}'),
        ('{"to":"{\\"a\\":\\"[PERSON_2]\\"}"}', '{"to":"{\\"a\\":\\"Ann \\\\\\"Bo\\\\\\"\\"}"}'),
        ('{"to":"[PERSON_2] said \\"[PERSON_1]\\""}', '{"to":"Ann \\"Bo\\" said \\"Maria\\""}'),
        ('["[PERSON_2]","[PERSON_1]"]', '["Ann \\"Bo\\"","Maria"]'),
        ('{"n":[PERSON_1]}', '{"n":Maria}'),
    ],
)
def test_json(text: str, restored: str) -> None:
    """A value is escaped as deep as the strings it stands in."""
    assert restore(text, Encoding.JSON) == restored


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/?q=[PERSON_1]",
        "https://example.com/a)[PERSON_1]",
        "https://[PERSON_1].example.com/",
        "www.example.com/[PERSON_1]",
        "![x](//example.com/[PERSON_1])",
        "![x](<//example.com/a b [PERSON_1]>)",
        "[x]( [PERSON_1] )",
        "[x](/a_(b)[PERSON_1])",
        '[x](/a "[PERSON_1]")',
        "[x]: //example.com/[PERSON_1]",
        '<img src="[PERSON_1]">',
        "<img src='//example.com/ [PERSON_1]'>",
        "<img src=[PERSON_1]>",
        '<img alt=">" src="//example.com/[PERSON_1]">',
        "<img/src=//example.com/[PERSON_1]>",
        "https://example.com/%5BPERSON_1%5D",
    ],
)
def test_nothing_is_restored_inside_a_destination(text: str) -> None:
    """A document cannot make the model carry a value out, and the vault is not even asked."""
    vault = Issued()
    assert Restorer(vault).restore(text) == text
    assert vault.opened == []
    assert Restorer(vault, urls=True).restore(text) != text


@pytest.mark.parametrize(
    ("text", "restored"),
    [
        ("https://example.com/a [PERSON_1]", "https://example.com/a Maria"),
        ("<https://example.com/a>[PERSON_1]", "<https://example.com/a>Maria"),
        ("[[PERSON_1]](https://example.com) [PERSON_1]", "[Maria](https://example.com) Maria"),
        ("[PERSON_1](the one) [PERSON_12]", "Maria(the one) Zed"),
        ("[x](/a_(b)) [PERSON_1]", "[x](/a_(b)) Maria"),
        ('<b class="x">[PERSON_1]</b>', '<b class="x">Maria</b>'),
        ("if (i<n) x = [PERSON_1]", "if (i<n) x = Maria"),
        ("mailto:[EMAIL_ADDRESS_1]", "mailto:maria@example.org"),
        ("// by [PERSON_1]", "// by Maria"),
    ],
)
def test_text_beside_a_destination_is_restored(text: str, restored: str) -> None:
    """A destination ends where a reader's program ends it."""
    assert restore(text) == restored


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("https://example.org/?q=[PERSON_1]", True),
        ("https://EXAMPLE.org:8443/[PERSON_1]", True),
        ("![x](https://example.org/[PERSON_1])", True),
        ('<a href="https://example.org/[PERSON_1]">', True),
        ("https://example.com/[PERSON_1]", False),
        ("https://example.org[PERSON_1]", False),
        ("https://example.org@evil.example/[PERSON_1]", False),
        ("https://evil.example\\@example.org/[PERSON_1]", False),
        ("https://evil.example/?https://example.org/[PERSON_1]", False),
        ("https://example.org.evil.example/[PERSON_1]", False),
        ("![x](/[PERSON_1])", False),
    ],
)
def test_hosts_that_are_allowed(text: str, allowed: bool) -> None:
    """Only the whole, plain host of the URL counts."""
    assert (restore(text, hosts={"example.org"}) != text) is allowed


def test_half_a_surrogate_pair_is_escaped_in_json() -> None:
    """It cannot stand in the bytes of a document, and other letters stay as they are."""
    vault = Issued({"[PERSON_1]": "Zoë", "[PERSON_2]": "a\ud83d"})
    restorer = Restorer(vault, encoding=Encoding.JSON)
    assert restorer.restore('{"a":"[PERSON_1]","b":"[PERSON_2]"}') == '{"a":"Zoë","b":"a\\ud83d"}'


def test_what_is_not_allowed_stays_sealed() -> None:
    """A tool gets the entity types that policy gives it, and the rest as placeholders."""
    vault = Issued()
    restorer = Restorer(vault, encoding=Encoding.JSON, allowed=lambda placeholder: "EMAIL" not in placeholder)
    text = '{"to":"[EMAIL_ADDRESS_1]","name":"[PERSON_1]"}'
    assert restorer.restore(text) == '{"to":"[EMAIL_ADDRESS_1]","name":"Maria"}'
    assert vault.opened == ["[PERSON_1]"]


def test_a_value_can_open_a_destination() -> None:
    """What follows a restored URL is inside it."""
    vault = Issued({"[URL_1]": "https://evil.example/", "[PERSON_1]": "Maria"})
    assert Restorer(vault).restore("[URL_1]?q=[PERSON_1] [PERSON_1]") == "https://evil.example/?q=[PERSON_1] Maria"


def test_only_what_is_asked_for_is_opened() -> None:
    """A value that the answer does not name stays sealed."""
    vault = Issued()
    Restorer(vault).restore("[PERSON_2] and [PERSON_99]")
    assert vault.opened == ["[PERSON_2]"]


def test_later_placeholders_are_another_exchanges() -> None:
    """What was issued after the restorer was made stays as it is."""
    vault = Issued({"[PERSON_1]": "Maria"})
    restorer = Restorer(vault)
    vault.values["[PERSON_2]"] = "Ann"
    assert restorer.restore("[PERSON_1] [PERSON_2]") == "Maria [PERSON_2]"


def test_a_shredded_vault_fails_the_running_exchange() -> None:
    """The text does not go on as if nothing had happened."""

    class Closed(Issued):
        def open(self, placeholder: str) -> str:
            raise SessionClosed("the session is closed")

    with pytest.raises(SessionClosed):
        Restorer(Closed()).feed("[PERSON_1] ")


def test_without_placeholders_text_passes() -> None:
    """A restorer with nothing to restore holds nothing back."""
    restorer = Restorer(Issued({}))
    assert restorer.feed("[PERSON_") == "[PERSON_"
    assert restorer.finish() == ""
