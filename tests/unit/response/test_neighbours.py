"""A value beside other placeholders is judged with their values in place."""

import json
import time

import pytest

from relay.response.restore import Restorer
from relay.types import Encoding
from tests.table_vault import TableVault

VALUES = {
    "[US_SSN_1]": "536-90-4399",
    "[USERNAME_1]": "petra.lind",
    "[PERSON_1]": "Petra Lindqvist",
    "[PERSON_2]": "Maria",
    "[CITY_1]": "Lund",
    "[EMAIL_ADDRESS_1]": "me@mail.example",
    "[EMAIL_ADDRESS_2]": "collect@evil.example",
    "[PASSWORD_1]": ".evil.example/x9",
    "[PASSWORD_2]": "@evil.example:80/a",
    "[PASSWORD_3]": "tR0ub4dor",
    "[PASSWORD_4]": ".evil",
    "[PASSWORD_5]": ".com",
    "[PASSWORD_6]": '"x',
    "Nadia Ingram": "@evil.example",
}


def new(encoding: Encoding = Encoding.TEXT, *, tool: bool = False) -> Restorer:
    return Restorer(
        TableVault(VALUES), encoding=encoding, tool=tool, hosts=frozenset({"good.example"}), mail_hosts={"mail.example"}
    )


def restored(text: str, encoding: Encoding = Encoding.TEXT, *, tool: bool = False) -> str:
    """Return what becomes of a text, the same whole, cut once anywhere, and by the character."""
    expected = new(encoding, tool=tool).restore(text)
    for cut in range(len(text) + 1):
        one = new(encoding, tool=tool)
        assert one.feed(text[:cut]) + one.feed(text[cut:]) + one.finish() == expected, cut
    one = new(encoding, tool=tool)
    assert "".join(map(one.feed, text)) + one.finish() == expected
    return expected


@pytest.mark.parametrize("joint", ["", "-", ".", "_", "+", "=", "&"])
def test_a_neighbour_makes_no_mailbox_of_it(joint: str) -> None:
    """The value would be the beginning of somebody else's."""
    assert restored(f"[US_SSN_1]{joint}[EMAIL_ADDRESS_2]") == f"[US_SSN_1]{joint}collect@evil.example"


KEPT = (
    "[EMAIL_ADDRESS_1]\\-evil.com",
    "[EMAIL_ADDRESS_1]-e\\-vil\\.com",
    "[US_SSN_1]\\_x.evil\\-b.com",
    f"[US_SSN_1]{'[PERSON_2]' * 9}[PASSWORD_1]",
    "[US_SSN_1][PASSWORD_1]",
    "//[US_SSN_1][PASSWORD_1]",
    "//[US_SSN_1][PASSWORD_4]",
    "//[US_SSN_1]>[EMAIL_ADDRESS_2]",
    "[US_SSN_1][PASSWORD_4][PASSWORD_5]",
    "[US_SSN_1][PASSWORD_4].com",
    "[US_SSN_1]Nadia Ingram",
    "[US_SSN_1]%5BEMAIL_ADDRESS_2%5D",
    "[US_SSN_1]\\[EMAIL_ADDRESS_2\\]",
    "[US_SSN_1].EMAIL_ADDRESS_2",
    "[US_SSN_1][PERSON_2][EMAIL_ADDRESS_2]",
    "<[US_SSN_1]/[EMAIL_ADDRESS_2]>",
    "<[EMAIL_ADDRESS_2][US_SSN_1]>",
    "[EMAIL_ADDRESS_2]-[US_SSN_1]",
    "collect@evil.example[US_SSN_1]",
    '<a href="https://evil.example/">[US_SSN_1][PASSWORD_6]',
    # user info
    "https://[US_SSN_1][PASSWORD_1]@good.example/",
    "https://[US_SSN_1]:[PASSWORD_1]@good.example/",
    "https://[US_SSN_1]:[PASSWORD_2]@good.example/",
    "<https://[US_SSN_1][PASSWORD_1]@good.example/>",
    "ssh://[US_SSN_1][PASSWORD_1]@good.example/",
    "https://[PASSWORD_1][US_SSN_1]@good.example/",
    "https://[US_SSN_1].evil.com(x@good.example/",
    # a host that goes on
    "[US_SSN_1]@mail.example.evil.com now",
    "[US_SSN_1]@mail.example\\.evil.com",
    "[US_SSN_1]@mail.example&period;evil.com",
    "[US_SSN_1]@mail.example&#46;evil.com",
)


@pytest.mark.parametrize("text", KEPT)
def test_no_value_joins_its_neighbour(text: str) -> None:
    """However they are written, and wherever the text is cut."""
    assert VALUES["[US_SSN_1]"] not in restored(text)


@pytest.mark.parametrize(
    "text",
    [
        "[PERSON_1] [EMAIL_ADDRESS_2]",
        "[PERSON_2] [EMAIL_ADDRESS_2]",
        "[PERSON_1], [CITY_1]",
        "[PERSON_2],[CITY_1]",
        "[PERSON_1][PERSON_2]",
        "[PERSON_2][PERSON_2] ok",
        "<[EMAIL_ADDRESS_2]>",
        "[PERSON_1] <[EMAIL_ADDRESS_2]>",
        "[PERSON_2]<[EMAIL_ADDRESS_2]>",
        "|[PERSON_2]|[EMAIL_ADDRESS_2]|",
        '{"a": "[PERSON_2]", "b": "[EMAIL_ADDRESS_2]"}',
        "[PERSON_2].[EMAIL_ADDRESS_1]",
        "[US_SSN_1]@mail.example.",
        "[US_SSN_1]@mail.example. Now",
        "[EMAIL_ADDRESS_2] [US_SSN_1]",
        "[EMAIL_ADDRESS_2]: [US_SSN_1]",
        "root@[CITY_1]",
        "// [PERSON_2] [EMAIL_ADDRESS_2]",
        "https://[US_SSN_1]:[PASSWORD_3]@good.example/",
    ],
)
def test_ordinary_neighbours_come_back(text: str) -> None:
    """Near misses."""
    expected = text
    for placeholder, value in VALUES.items():
        expected = expected.replace(placeholder, value)
    assert restored(text) == expected


@pytest.mark.parametrize("tool", [False, True])
@pytest.mark.parametrize("after", ['"}', "\\nx", "/a", "\\.evil.com/", "\\u002eevil.com/"])
@pytest.mark.parametrize("levels", [0, 1, 2])
def test_user_info_is_the_same_for_every_cut(tool: bool, after: str, levels: int) -> None:
    """A backslash behind the host is awaited."""
    text = f"https://[US_SSN_1]@good.example{after}"
    for _ in range(levels):
        text = json.dumps({"c": text})
    restored(text, Encoding.JSON if levels else Encoding.TEXT, tool=tool)


def test_rows_take_linear_time() -> None:
    """Each value looks at so many characters behind it."""
    text = "[PERSON_2]," * 3000
    began = time.process_time()
    assert new().restore(text) == "Maria," * 3000
    assert time.process_time() - began < 20


@pytest.mark.parametrize("tool", [False, True])
@pytest.mark.parametrize(
    ("behind", "restored"),
    [
        ("/x", True),
        (", and more", True),
        (") and more", True),
        ('","b":1}', True),
        ('" -o x', True),
        (",.evil.example/", False),
        (").evil.example/", False),
        ('".evil.example/', False),
        (",evil.example/", False),
    ],
)
def test_the_host_behind_user_info_ends(behind: str, restored: bool, tool: bool) -> None:
    """A comma, a bracket or a shell's quotation mark may go on with it."""
    text = f"https://[US_SSN_1]@good.example{behind}"

    for pieces in ([text], list(text)):
        restorer = Restorer(TableVault(VALUES), tool=tool, hosts=frozenset({"good.example"}))
        assert ("536" in "".join(map(restorer.feed, pieces)) + restorer.finish()) is restored


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("請給[EMAIL_ADDRESS_1]和[EMAIL_ADDRESS_2]寫信", "請給me@mail.example和collect@evil.example寫信"),
        ("私の[EMAIL_ADDRESS_1]です", "私のme@mail.exampleです"),
        ("주소는[EMAIL_ADDRESS_1]입니다", "주소는me@mail.example입니다"),
        ("collect@evil.example和[US_SSN_1]", "collect@evil.example和536-90-4399"),
        ("[US_SSN_1]和collect@evil.example", "536-90-4399和collect@evil.example"),
        # a host with an ending of such letters, and of one
        ("collect@evil.中国[US_SSN_1]", "collect@evil.中国[US_SSN_1]"),
        ("collect@evil.example[US_SSN_1]和", "collect@evil.example[US_SSN_1]和"),
    ],
)
def test_letters_of_scripts_without_blanks_part(text: str, expected: str) -> None:
    """No reader takes them for a part of a mailbox in ASCII."""
    assert restored(text) == expected
