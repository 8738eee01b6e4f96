"""What one reader takes for the end of a URL, a tag or an address and another for a part of it."""

import pytest

from relay.response.mail_links import addressed
from relay.response.plain_urls import is_plain
from relay.response.restore import Restorer
from tests.table_vault import TableVault

VALUES = {
    "[USERNAME_1]": "plindqvist",
    "[PERSON_1]": "Petra Lindqvist",
    "[EMAIL_ADDRESS_1]": "petra.l@example.org",
    "[PHONE_NUMBER_1]": "+1 (415) 555-0132",
}
BLANKS = ("\u3000", "\u00a0", "\u2003", "\u2028", "\u0085", "\x0b", "\x0c", "\x1f")
ENDS = (
    *BLANKS,
    ")",
    "(",
    "]",
    '"',
    "'",
    ">",
    "｜",
    "|",
    "*",
    "`",
    "\\.",
    "&amp;",
    "/_a_/",
    "~a~",
    "..(",
    "??",
    "!!",
    "==",
)
HOSTS = ("//evil.example/", "evil.com/", "evil.com?q=", "www.evil.com/", "https://evil.example/", "192.0.2.7/")


def check(text: str, expected: str) -> None:
    """Compare what becomes of a text, whole, cut once anywhere, and by the character."""

    def new() -> Restorer:
        return Restorer(TableVault(VALUES), hosts={"good.example"}, mail_hosts={"mail.example"})

    assert new().restore(text) == expected
    for cut in range(len(text) + 1):
        one = new()
        assert one.feed(text[:cut]) + one.feed(text[cut:]) + one.finish() == expected
    one = new()
    assert "".join(map(one.feed, text)) + one.finish() == expected


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("host", HOSTS)
def test_a_named_host_counts_up_to_the_first_end(end: str, host: str) -> None:
    """Behind it a renderer may link another host, and in front of it none does."""
    check(f"https://good.example/a{end}{host}[USERNAME_1]", f"https://good.example/a{end}{host}[USERNAME_1]")
    check(f"https://good.example/[USERNAME_1]/{end}{host}", f"https://good.example/plindqvist/{end}{host}")


@pytest.mark.parametrize(
    ("before", "restored"),
    [
        ("https://good.example/", True),
        ("HTTPS://Good.Example/a_b/c-d/index.html?x=1&y=%20#z,", True),
        ("see (https://good.example:8443/a.b/", True),
        ("`https://good.example/api/v1.2/?q=", True),
        ("key=https://good.example/?q=", True),
        ("ws://good.example/a/", True),
        ("https://good.example/~a/?next=evil.com/", True),  # one URL to every reader
        # What some readers do not see as a URL may hold another one for them.
        ("key=https://good.example/?next=evil.com/", False),
        ("`https://good.example/,evil.com/", False),
        ("ws://good.example/a,//evil.example/", False),
        ("https://good.example:99999/,//evil.example/", False),
        ("xhttps://good.example/a,evil.com?", False),
        ("https://good.example/https://evil.example/", False),
        ("https://good.example.evil.example/", False),
        ("https://good.example@evil.example/", False),
        ("https://good.example", False),
        ("https://good.example/" + "a" * 2000 + "/", False),
    ],
)
def test_a_named_host_counts_where_every_reader_sees_it(before: str, restored: bool) -> None:
    """A URL is theirs from the same place on."""
    check(f"{before}[USERNAME_1] ok", f"{before}{'plindqvist' if restored else '[USERNAME_1]'} ok")


def test_what_joins_the_value_counts_in_a_named_url_too() -> None:
    """A value with a blank ends the URL, and what follows it could begin another."""
    check("https://good.example/[PERSON_1].evil.example/x", "https://good.example/[PERSON_1].evil.example/x")
    check("https://good.example/[PERSON_1].json", "https://good.example/Petra Lindqvist.json")


@pytest.mark.parametrize(
    "before", ["https://evil.example/", "//evil.example/", "evil.com/", "www.evil.com/", "evil.com#"]
)
@pytest.mark.parametrize("opened", ["(", "[", "{", "'", '"', "(<b>", '("', "a(b)("])
def test_a_url_goes_on_in_brackets(before: str, opened: str) -> None:
    """Over a <, too, as linkify-it reads it."""
    check(f"{before}{opened}<[USERNAME_1])", f"{before}{opened}<[USERNAME_1])")


@pytest.mark.parametrize(
    ("text", "restored"),
    [
        ('<a href="https://evil.example/">[USERNAME_1]"', False),
        ('<a href="https://evil.example/"><b>[USERNAME_1]</b>"', False),
        ("<a href='https://evil.example/'>[USERNAME_1]'", False),
        ("<a href=https://evil.example/(>[USERNAME_1])", False),
        (f'<a href="https://evil.example/">[USERNAME_1]{"x" * 400}"', False),
        ('<a href="https://evil.example/">[USERNAME_1]</a>', True),
        ('<a href="https://evil.example/">[USERNAME_1]</a> "', True),
        ('<a href="https://evil.example/">see "[USERNAME_1]"', True),
        ("<a href=https://evil.example/>[USERNAME_1])", True),
        ('<https://evil.example/("a>[USERNAME_1]")', True),
    ],
)
def test_a_tag_may_be_text(text: str, restored: bool) -> None:
    """Then the bracket or quotation mark that opened in its URL goes on."""
    check(text, text.replace("[USERNAME_1]", "plindqvist") if restored else text)


@pytest.mark.parametrize("ended", ["", "(a)", "[a]{b}", "a)", "a]"])
def test_a_url_ends_at_a_tag(ended: str) -> None:
    """Where no bracket of it is open."""
    check(f"https://evil.example/{ended}<br>[USERNAME_1]", f"https://evil.example/{ended}<br>plindqvist")


@pytest.mark.parametrize("name", ["script", "style"])
@pytest.mark.parametrize("inner", [" </{}", "/</{}", " a</{}", ' a="b" </{}', "\n</{}", " <b </{}"])
def test_an_end_tag_in_a_tag_is_an_attribute(name: str, inner: str) -> None:
    """The element that the tag opens is not ended by it."""
    text = f"<{name}{inner.format(name)}>f('[USERNAME_1]')</{name}>"
    check(f"{text} [USERNAME_1]", f"{text} plindqvist")


@pytest.mark.parametrize(
    ("text", "restored"),
    [
        ("[USERNAME_1]@evil.example", False),
        ("x.[USERNAME_1]@evil.com", False),
        ("[USERNAME_1].x+y@evil.com", False),
        ("[USERNAME_1],x@evil.example", True),
        ("[USERNAME_1]&#64;evil&#46;example", False),
        ("[USERNAME_1]\\.a\\@evil.example", False),
        (f"[USERNAME_1]{'a' * 100}@evil.example", False),
        ("mailto:[USERNAME_1]@evil.example", False),
        ("mailto:[USERNAME_1]@evil", False),
        ("mailto:a.[USERNAME_1]@evil", False),
        ("mailto:[EMAIL_ADDRESS_1],x@evil.example", False),
        ("mailto:[EMAIL_ADDRESS_1]?cc=x@evil.example", False),
        ("mailto:~evil.com/([USERNAME_1])", False),
        ("xmpp:[USERNAME_1]@evil.example", False),
        ("xmpp:a@evil.example/[USERNAME_1]", False),
        ("[EMAIL_ADDRESS_1].co", False),
        ("[a](mailto:[EMAIL_ADDRESS_1]@evil.example)", False),
        ("[a](mailto:[EMAIL_ADDRESS_1]?cc=x@evil.example)", False),
        ("[a](mailto:[EMAIL_ADDRESS_1]?subject=a&amp;bcc=x@evil.example)", False),
        ("[a](mailto:[EMAIL_ADDRESS_1]&#44;x@evil.example)", False),
        ("[a](mailto:[EMAIL_ADDRESS_1],x@evil.example)", False),
        ("[a](<mailto:[EMAIL_ADDRESS_1]),x@evil.example>)", False),
        ("<mailto:[EMAIL_ADDRESS_1]),x@evil.example>", False),
        ("[a](tel:[USERNAME_1])", False),
        ("[a](sms:[EMAIL_ADDRESS_1])", False),
        ("[a](sms:[PHONE_NUMBER_1],+19005550100)", False),
        # near misses
        ("[USERNAME_1]@mail.example", True),
        ("[USERNAME_1]@good.example", True),
        ("[USERNAME_1]@laptop:~$ ls", True),
        ("[USERNAME_1] @evil.example", True),
        ("[USERNAME_1], x@evil.example", True),
        ("mailto:[EMAIL_ADDRESS_1].", True),
        ("(mailto:[EMAIL_ADDRESS_1]), or", True),
        ("mailto:[EMAIL_ADDRESS_1]?subject=a&body=b ok", True),
        ("**mailto:[EMAIL_ADDRESS_1]**", True),
        ("[a](mailto:[EMAIL_ADDRESS_1]?subject=a)", True),
        ("[a](mailto:[EMAIL_ADDRESS_1] 'title')", True),
        ("[EMAIL_ADDRESS_1]. Thanks", True),
    ],
)
def test_an_address_goes_to_nobody_else(text: str, restored: bool) -> None:
    """A value is the whole address of a link, or no part of it."""
    expected = text
    for placeholder, value in VALUES.items():
        expected = expected.replace(placeholder, value) if restored else expected
    check(text, expected)


@pytest.mark.parametrize(
    ("after", "restored"),
    [
        (".tar.gz", True),
        (".final.pdf", True),
        (".v2.docx, please", True),
        (".txt", True),
        (".de", True),
        (".address.city", False),
        (".evil.com", False),
        (".pdf.evil.com", False),
        (".com.pdf.co", False),
        (".evil.com.pdf", True),  # a reader that links hosts takes all of it or nothing
        (".com", False),
        ("-a.evil.example", False),
        ("evil.com|", False),
        ("\u0301.evil.example", False),
        ("\x00.evil.example", False),
        ("\u200b.evil.example", False),
        ("，a.evil.example", True),
        ("—a.evil.example", True),
    ],
)
def test_a_file_is_no_host(after: str, restored: bool) -> None:
    """By the ending, where no host has it."""
    check(f"[USERNAME_1]{after}", f"{'plindqvist' if restored else '[USERNAME_1]'}{after}")


@pytest.mark.parametrize("sign", [chr(code) for code in range(33, 127) if not chr(code).isalnum()])
def test_plain_signs(sign: str) -> None:
    """The signs that end a URL for no reader; a letter stands on both sides."""
    assert is_plain(f"good.example/a{sign}b", for_all=True) is (sign in "/?#&=%+:@.,;!~_-")


@pytest.mark.parametrize(
    ("value", "scheme", "written"),
    [
        ("o'neill@example.org", "mailto", "o'neill@example.org"),
        ("a.b+c@example.org", "mailto", "a.b+c@example.org"),
        ("a@example.org,b@example.org", "mailto", None),
        ("a@example.org?cc=b@example.org", "mailto", None),
        ("Petra Lindqvist", "mailto", None),
        ("+1 (415) 555-0132", "tel", "+1-(415)-555-0132"),
        ("020 7946 0958", "sms", "020-7946-0958"),
        ("plindqvist", "tel", None),
        ("+1 415 555 0132;ext=a", "tel", None),
    ],
)
def test_addresses(value: str, scheme: str, written: str | None) -> None:
    """A value that is one mailbox, or one number."""
    assert addressed(value, scheme) == written
