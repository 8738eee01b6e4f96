"""A word that stood in the request as a whole comes back whole, whatever it looks like to a renderer."""

import pytest

from relay.response.restore import Restorer
from relay.response.whole_words import WholeWords
from tests.table_vault import TableVault

VALUES = {
    "[PERSON_1]": "Maria",
    "[IP_ADDRESS_1]": "203.0.113.10",
    "[IP_ADDRESS_2]": "203.0.113.20",
    "[EMAIL_ADDRESS_1]": "maria@example.org",
    "[EMAIL_ADDRESS_2]": "peter@example.net",
    "[PHONE_NUMBER_1]": "+49 171 2345678",
}
REQUEST = [
    "nft add element { [IP_ADDRESS_1]-[IP_ADDRESS_2] }",
    "|[PERSON_1]|[EMAIL_ADDRESS_1]|[PHONE_NUMBER_1]|\n|a|b|[IP_ADDRESS_1]|",
    "ip=[IP_ADDRESS_1]+[IP_ADDRESS_2], [EMAIL_ADDRESS_1]/[EMAIL_ADDRESS_2].",
    "[PERSON_1].address.city",
    'say "[EMAIL_ADDRESS_1]#[IP_ADDRESS_1]"',
    "tick [PHONE_NUMBER_1]`[IP_ADDRESS_1] and `[IP_ADDRESS_1]-[IP_ADDRESS_2]`,`[PERSON_1].address.city`",
]
WHOLE = [
    "[IP_ADDRESS_1]-[IP_ADDRESS_2]",
    "use [IP_ADDRESS_1]-[IP_ADDRESS_2].",
    "|[PERSON_1]|[EMAIL_ADDRESS_1]|[PHONE_NUMBER_1]| and more",
    "[PERSON_1].address.city",
    "`[PERSON_1].address.city`",
    "<td>[PERSON_1].address.city</td>",
    "ip=[IP_ADDRESS_1]+[IP_ADDRESS_2], said he",
    "tick [PHONE_NUMBER_1]`[IP_ADDRESS_1] tock",
    '{"a": "first\\n[IP_ADDRESS_1]-[IP_ADDRESS_2]\\n"}',
    '{"a": "[PERSON_1].address.city"}',
]
# More, less or something else than a word of the request: what joins stays.
OTHER = [
    "[PERSON_1].address.city.evil.example",
    "[PERSON_1].address.cit",
    "x[PERSON_1].address.city",
    "[PERSON_1].evil.example",
    "[IP_ADDRESS_2]-[EMAIL_ADDRESS_1]",
    "[PERSON_1].address.city@evil.example",
    # A sign that some readers go on over ends no word.
    "[IP_ADDRESS_1]-[IP_ADDRESS_2]\\.evil.com",
    "[IP_ADDRESS_1]-[IP_ADDRESS_2]`.evil.com",
    "<[IP_ADDRESS_1]-[IP_ADDRESS_2]`@evil.com>",
    "a@x\\-[PERSON_1].address.city",
    # What stands before the word makes more of it.
    '<a href="https://evil.example/?q=(">[PERSON_1].address.city)',
    "<[PERSON_1].address.city>",
    # The first value begins a URL.
    "[EMAIL_ADDRESS_1]/[EMAIL_ADDRESS_2]",
]


def restored(text: str) -> str:
    """Return what becomes of a text, the same whole, cut once anywhere, and by the character."""

    def new() -> Restorer:
        return Restorer(TableVault(VALUES), words=WholeWords(REQUEST))

    expected = new().restore(text)
    for cut in range(len(text) + 1):
        one = new()
        assert one.feed(text[:cut]) + one.feed(text[cut:]) + one.finish() == expected, cut
    one = new()
    assert "".join(map(one.feed, text)) + one.finish() == expected
    return expected


@pytest.mark.parametrize("text", WHOLE)
def test_a_word_of_the_request_comes_back(text: str) -> None:
    """Alone, in a sentence, in code and in a tag."""
    expected = text
    for placeholder, value in VALUES.items():
        expected = expected.replace(placeholder, value)
    assert restored(text) == expected


@pytest.mark.parametrize("text", OTHER)
def test_another_word_is_judged_as_ever(text: str) -> None:
    """With a sign more or less it may be somebody's host."""
    assert "[" in restored(text)
    assert Restorer(TableVault(VALUES)).restore(text) == restored(text)


@pytest.mark.parametrize("before", ["", *"([{|*_~'-@"])
@pytest.mark.parametrize("behind", [*".,;:!?')]}*_~|", "`", "\\", ")."])
@pytest.mark.parametrize(
    "text",
    [
        '<a href="https://evil.example/?q=(">{})',
        "write to {}\\@evil.com now",
        "a@x\\-{}\\.evil.com",
        "a@{}evil.example",
        "{}\\.evil.com",
        "//\\a{}\\.evil.com",
        "a@evil\\.{}",
        "{}`.evil.com",
        "<{}`@evil.com>",
    ],
)
def test_a_placeholder_with_punctuation_says_nothing(before: str, behind: str, text: str) -> None:
    """It joined the value to nothing; most requests have one."""
    words = WholeWords([f"ask {before}[PERSON_1]{behind} please"])
    text = text.format("[PERSON_1]")
    assert Restorer(TableVault(VALUES), words=words).restore(text) == text


@pytest.mark.parametrize("text", ["https://evil.example/{}", "![x](https://evil.example/{})", '<img src="{}">'])
def test_no_destination_gets_a_word(text: str) -> None:
    """Inside of one, only URLs of the request count."""
    text = text.format("[IP_ADDRESS_1]-[IP_ADDRESS_2]")
    assert restored(text) == text
