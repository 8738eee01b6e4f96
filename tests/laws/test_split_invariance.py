"""Law 4: any chunking of a response gives the same output per lane, equal to a slow whole-text reference.

The reference below shares no expression with `restore`: it tries every issued placeholder in every form at every
position, and asks for the surroundings of the whole output so far, fed one character at a time. What follows a
placeholder, and what stood in the request, it reads in the whole text.
"""

import html
import json
import re
from collections.abc import Sequence
from itertools import pairwise
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from relay.response.destinations import Surroundings
from relay.response.mail_links import addressed, ends_address
from relay.response.place import Place
from relay.response.restore import Restorer
from relay.response.tool_urls import ToolUrls
from relay.response.whole_urls import WholeUrls
from relay.types import Encoding
from tests.table_vault import TableVault

VALUES = {
    "[PERSON_1]": "Maria Gonzalez",
    "[PERSON_2]": 'Ann "Bo" O\'Neil',
    "[PERSON_12]": "[PERSON_1]",
    "[EMAIL_ADDRESS_1]": "maria@example.org",
    "[US_SSN_1]": "078-05-1120",
    "[URL_1]": "https://example.com/a",
    "[STREET_1]": "1 Main St\nDoor \\7",
    "[PERSON_1_LAST]": "Gonzalez",
    # stand-ins
    "Nadia Ingram": "Maria Lopez",
    "Nadia": "Maria",
    "555-0101": "555-2671",
    "Женя Швец": "Анна Петрова",
}


# URLs of the request, scrubbed.
REQUESTED = ("https://a.example/[PERSON_1]/x", "http://b.example/?q=[US_SSN_1]", "ftp://c.co/[PERSON_2]")


VAULT = TableVault(VALUES)

WORD_END = re.compile("[0-9A-Za-z_ªµºÀ-ÖØ-öø-ɏͰ-ϿЀ-ԯ]")
BLANK = {
    Encoding.TEXT: "(?:[ \t\xa0]?(?:\r\n|\n|\r)[ \t\xa0]{0,8}(?:>[ \t\xa0]?)?|[ \t\xa0]{1,2})",
    Encoding.JSON: r"(?:[ \t\xa0]?(?:\\{1,8}[nr]){1,2}[ \t\xa0]{0,8}(?:>[ \t\xa0]?)?|[ \t\xa0]{1,2})",
}
BLANK[Encoding.HTML] = BLANK[Encoding.TEXT]
SLASH = {Encoding.TEXT: r"\\", Encoding.JSON: r"\\{1,8}", Encoding.HTML: r"\\"}
DASH = "[\\-‐‑‒–−－]"


def forms_of(placeholder: str, encoding: Encoding) -> list[tuple[str, str]]:
    """Return (form, expression) for one placeholder, each written out in full."""
    if not placeholder.startswith("["):
        return literal_forms_of(placeholder, encoding)
    blank, slash = BLANK[encoding], SLASH[encoding]
    words = placeholder[1:-1].split("_")
    any_case = ["".join(f"[{c.upper()}{c.lower()}]" if c.isalpha() else c for c in word) for word in words]
    opening, closing = r"[\[［【]|&#91;|&#[xX]5[bB];", r"[\]］】]|&#93;|&#[xX]5[dD];"
    opening, closing = f"{opening}|&lsqb;|&lbrack;", f"{closing}|&rsqb;|&rbrack;"
    line = f"_|＿|{DASH}|&#95;|&#[xX]5[fF];|&lowbar;"
    if encoding is Encoding.JSON:
        opening += r"|\\{1,8}[uU](?:005[bB]|[fF][fF]3[bB]|3010)"
        closing += r"|\\{1,8}[uU](?:005[dD]|[fF][fF]3[dD]|3011)"
        line += r"|\\{1,8}[uU](?:005[fF]|[fF][fF]3[fF]|2011|2013)"
    gap = f"(?:{blank}?(?:{slash})?(?:{line}){blank}?|{blank})"
    inside = f"{blank}?{gap.join(any_case)}{blank}?"
    return [
        ("bracket", f"(?:{opening}){inside}(?:{closing})"),
        ("escaped", rf"{slash}\[{inside}{slash}\]"),
        ("percent", f"%5[bB]{f'(?:_|{DASH}|%5[fF]|%20)'.join(any_case)}%5[dD]"),
        ("bare", f"(?:{slash})?_".join(any_case)),
        ("upper", f"(?:(?:{slash})?(?:_|{DASH})|[ \xa0])".join(words)),
    ]


def literal_forms_of(text: str, encoding: Encoding) -> list[tuple[str, str]]:
    """Return the expressions for a stand-in: as it is, and as JSON writers write it."""
    once = json.dumps(text)[1:-1]
    spellings = {text, once, json.dumps(once)[1:-1]} if encoding is Encoding.JSON else {text}
    if text.isalpha():
        return [("literal", re.escape(spelling)) for spelling in spellings]
    any_case = [
        "".join(f"[{c.upper()}{c.lower()}]" if c.isascii() and c.isalpha() else re.escape(c) for c in spelling)
        for spelling in spellings
    ]
    return [("literal", expression) for expression in any_case]


def literal_boundary(text: str, start: int, end: int, encoding: Encoding) -> bool:
    """Tell whether a stand-in may stand here: it continues no word, and none continues it."""
    if start and WORD_END.match(text[start]) and WORD_END.match(text[start - 1]):
        escaped = encoding is Encoding.JSON and start >= 2 and re.fullmatch(r"\\[nrtbf]", text[start - 2 : start])
        if not escaped:
            return False
    return end == len(text) or not (WORD_END.match(text[end - 1]) and WORD_END.match(text[end]))


def boundary(text: str, start: int, end: int, encoding: Encoding) -> bool:
    """Tell whether a form without brackets may stand here."""
    if start and WORD_END.match(text[start - 1]):
        escaped = encoding is Encoding.JSON and start >= 2 and re.fullmatch(r"\\[nrtbfNRTBF]", text[start - 2 : start])
        if not escaped:
            return False
    return end == len(text) or not WORD_END.match(text[end])


def is_fragment(text: str, start: int, end: int, form: str) -> bool:
    """Tell whether this is a bracketed placeholder whose end never came."""
    return form in ("bare", "upper") and end == len(text) and text[:start].endswith(("[", "［", "【"))


SCHEMES = ("http://", "https://", "ftp://", "mailto:", "tel:", "sms:")


def has_scheme(text: str) -> bool:
    """Tell whether a text begins with one of the schemes of links and goes on."""
    return any(
        text.lower().startswith(scheme) and text[len(scheme) :][:1].strip(" \t\n\r\x0b\x0c\xa0)") for scheme in SCHEMES
    )


def is_link_text(text: str, end: int, tool: bool) -> bool:
    """Tell whether a placeholder's brackets are those of a link."""
    if not text[end:].startswith("("):
        return False
    target = text[end + 1 :].removeprefix("<")
    files = (
        r"/[\w.~%-]|#[\w-]|\.\.?/[\w.]|www\.[\w-]|[\w%-]{1,40}/[\w.%-]"
        r"|[\w%-]{1,40}\.(md|html?|txt|pdf|png|jpe?g|gif|svg|webp)[)#?]"
    )
    return has_scheme(target) or (not tool and re.match(files, target, re.I) is not None)


def is_host(place: Place, value: str, after: str) -> bool:
    """Tell whether a value would be a part of somebody's host."""
    if place.completed_by and value.startswith(place.completed_by):
        return True
    if is_mailbox(place.word, value, after):
        return True
    if after.startswith("_") and "www." not in place.word.lower() and not re.search(r"<[^<>]*\Z", place.word):
        return False
    sign = "[\\w$+=^`|~\u2190-\u2bff\U0001f000-\U0001faff\xad\u200b-\u200f\u2060-\u2064\ufeff-]"
    glued = re.match(f"{sign}*", after)
    assert glued is not None
    first = re.match(rf"\\?\.({sign}+)", after[glued.end() :])
    if len(glued.group()) > 63 or first is None or len(first[1]) > 63:
        return False
    if re.search(r"\.[^\W\d_]+\Z", value):  # an address with another ending behind it
        return True
    return first[1].lower() in ("com", "net", "org") or (
        re.match(rf"\\?\.{sign}", after[glued.end() + first.end() :]) is not None
    )


def is_mailbox(word: str, value: str, after: str) -> bool:
    """Tell whether a value would be a part of somebody's mailbox, or user info behind two slashes."""
    if re.search(r"[^\s@]@[\w-]+\.[\w.-]*\Z", word) and re.match(r"[\w.+$-]", value):
        return True
    local = r"(?:\\?[\w.+$=&#:;-])"
    if re.search(r"//[^/@\[\]()]*\Z", word):
        local = r"[^\s/@\[\]()]"
        if re.match(r"[\w-]*\.[\w-]+", after):
            return True
    elif re.search(r"<[^<>]*\Z", word):
        local = r"[^\s<>@]"
    return re.match(rf"{local}*@[\w-]+\.[\w-]", after) is not None


def is_defined(value: str, after: str) -> bool:
    """Tell whether a value may be the target of a definition."""
    text = value + after[:64]
    target, _, rest = re.fullmatch(r"([^ \t\n\r]*)([ \t]*)(.*)", text, re.S).groups()  # type: ignore[union-attr]
    return not target or text[0] == "<" or not rest or rest[0] in "\n\r\"'([\\&%［【"


def stood_whole(text: str, position: int, place: Place) -> bool:
    """Tell whether the placeholder at `position` is in a URL of the request."""
    words = re.split(r"([\s<>\"`]|\\+(?:u[0-9a-fA-F]{4}|.)?)", text[:position], flags=re.S)
    start = position - len(words[-1])
    closers = {"'": "'", "(": ")", "[": "]", "{": "}", "|": "|", ",": ",", ";": ";"}
    for url in re.finditer("[A-Za-z][A-Za-z0-9+.-]{1,30}://", text[start:]):
        begin = start + url.start()
        closer = closers.get(text[begin - 1] if begin > start else "", "")
        if closer and closer in text[begin:position]:
            continue
        stops = [
            at for at in range(position, len(text)) if text[at].isspace() or text[at] in '<>"`\\' or text[at] == closer
        ]
        found = text[begin : min(stops, default=len(text))]
        bare = found.rstrip(".,;:!?'\")]}*_~|")
        kept = {item.rstrip(".,;:!?'\")]}*_~|") for item in REQUESTED}
        return (
            begin < position and place.is_all_of(text[begin:position]) and bare in kept and len(found) - len(bare) <= 8
        )
    return False


Table = list[tuple[str, re.Pattern[str], str]]


def hits_at(text: str, position: int, table: Table, encoding: Encoding) -> list[tuple[int, str, str]]:
    """Return the end, form and name of each placeholder at a position."""
    return [
        (match.end(), form, name)
        for form, expression, name in table
        if (match := expression.match(text, position))
        and (form not in ("bare", "upper") or boundary(text, position, match.end(), encoding))
        and (form != "literal" or literal_boundary(text, position, match.end(), encoding))
    ]


def afters(text: str, end: int, table: Table, encoding: Encoding) -> list[str]:
    """Return what may come to stand behind `end`: each beginning of the row of placeholders there as its values."""
    found, row, position = [text[end:]], "", end
    while position < len(text) and not re.search(r"[\s\x00-\x1f\x7f-\x9f]", row):
        stop, form, name = max(hits_at(text, position, table, encoding), default=(position + 1, "", ""))
        if name and not is_fragment(text, position, stop, form):
            row += VALUES[name]
            found.append(row + text[stop:])
        else:
            stop = position + 1
            row += text[position]
        position = stop
    return found


def reference(text: str, encoding: Encoding, tool: bool = False) -> str:
    """Restore a whole text, slowly and obviously."""
    table = [(form, re.compile(expression), name) for name in VALUES for form, expression in forms_of(name, encoding)]
    history: list[tuple[str, int]] = []  # (text, how long the placeholder was that it is the value of, or 0)
    written = []
    position = 0
    while position < len(text):
        hits = hits_at(text, position, table, encoding)
        end, form, name = max(hits, key=lambda hit: hit[0], default=(position + 1, "", ""))
        if is_fragment(text, position, end, form):
            end, hits = position + 1, []
        place = surroundings(history, encoding, tool)
        value = VALUES[name] if hits else ""
        bracketed = form == "bracket" and text[position] == "[" and text[end - 1] == "]"
        if hits and not place.inside and bracketed and encoding is not Encoding.HTML and value[0] != "[":
            value = f"[{value}]" if is_link_text(text, end, tool) else value
        if hits and place.inside and place.addressee:
            address = addressed(value, place.addressee.scheme)
            value = address or value
            allowed = address is not None and ends_address(text, end, place.addressee.closer, final=True) is True
            form = ""
        elif hits and place.inside and place.begins_definition and not place.in_home_folder:
            after = afters(text, end, table, encoding)
            allowed = not any(is_defined(value, rest) for rest in after) and (
                encoding is Encoding.HTML or not any(is_host(place, value, rest) for rest in after)
            )
        elif place.inside:
            allowed = place.in_home_folder or stood_whole(text, position, place)
        else:
            allowed = (
                tool
                or encoding is Encoding.HTML
                or not any(hits and is_host(place, value, rest) for rest in afters(text, end, table, encoding))
            )
        if hits and allowed:
            history.append((value, end - position))
            written.append(as_written(value, form, max(1, place.depth), encoding))
        else:
            history.append((text[position:end], 0))
            written.append(text[position:end])
        position = end
    return "".join(written)


def surroundings(history: list[tuple[str, int]], encoding: Encoding, tool: bool) -> Place:
    """Return what the end of the output so far is inside of."""
    place = ToolUrls(encoding) if tool else Surroundings(encoding)
    for piece, came in history:
        if came:
            place.feed_value(piece, came)
        else:
            for char in piece:
                place.feed(char)
    return place


def as_written(value: str, form: str, depth: int, encoding: Encoding) -> str:
    """Return a value as its form and its place demand."""
    text = quote(value, safe="") if form == "percent" else value
    text = html.escape(text) if encoding is Encoding.HTML else text
    for _ in range(depth if encoding is Encoding.JSON else 0):
        text = json.dumps(text, ensure_ascii=False)[1:-1]
    return text


def new_restorer(encoding: Encoding, tool: bool) -> Restorer:
    return Restorer(VAULT, encoding=encoding, tool=tool, whole=WholeUrls(REQUESTED))


def streamed(text: str, cuts: Sequence[int], encoding: Encoding, tool: bool = False) -> str:
    """Restore `text` cut at the given places."""
    restorer = new_restorer(encoding, tool)
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    return "".join(restorer.feed(text[a:b]) for a, b in pairwise(edges)) + restorer.finish()


ALTERED = [
    *("[PERSON_1]", "[PERSON_2]", "[PERSON_12]", "[EMAIL_ADDRESS_1]", "[US_SSN_1]", "[URL_1]", "[STREET_1]"),
    *("\\[PERSON\\_1\\]", "\\\\[PERSON\\\\_2\\\\]", "[person-12]", "[Email Address 1]", "[EMAIL_\n  ADDRESS_1]"),
    *(
        "［PERSON_1］",
        "【URL_1】",
        "&#91;PERSON_1&#93;",
        "&lsqb;PERSON&lowbar;2&rsqb;",
        "%5BPERSON_1%5D",
        "%5bUS%20SSN_1%5d",
    ),
    *("PERSON_1", "person_2", "US_SSN_1", "EMAIL ADDRESS 1", "PERSON-12", "PERSON\\_1", "[ PERSON_1 ]", "[PERSON_1]'s"),
    *("[PERSON_1_LAST]", "PERSON_1_LAST", "PERSON_1 LAST", "[person 1 last]", "Nadia Ingram", "nadia INGRAM", "Nadia"),
    *(
        "555-0101",
        "Женя Швец",
        "\\u0416\\u0435\\u043d\\u044f \\u0428\\u0432\\u0435\\u0446",
        "Nadia Ingramson",
        "Nadia Ing",
    ),
    *("\\u005bPERSON_1\\u005d", "\\u005BPERSON\\u005f2\\u005D", "[EMAIL\\nADDRESS_1]", "[US—SSN–1]"),
]
NEAR = [
    *(
        "[PERSON_3]",
        "[PERSON_1",
        "PERSON_1s",
        "XPERSON_1",
        "[PERSON1]",
        "[PERSON__1]",
        "[PERSON_01]",
        "Person 1",
        "PERSON_",
    ),
    *(
        "[EMAIL_1]",
        "[PERSON_1_2]",
        "\\[PERSON_1]",
        "[PERSON_1\\]",
        "&#91;PERSON_1",
        "%5BPERSON_1",
        "[PERSON_1)",
        "C:\\u",
    ),
]
AROUND = [
    *(
        " ",
        "\n",
        "\r\n",
        ", ",
        ".",
        "'",
        '"',
        "\\",
        "&",
        "&#9",
        "%",
        "%5",
        "[",
        "]",
        "(",
        ")",
        "](",
        "![x](",
        "<",
        ">",
        "w",
        "ww",
    ),
    *(
        "https://",
        "http://a.example/",
        "www.",
        "b.example",
        "c.co",
        ".",
        "/",
        "//",
        ":",
        "]: //",
        '<img src="',
        "<a href=",
        "<b>",
        "=",
        "{",
        "}",
        "x<y",
        "é",
        "说",
    ),
    *('{"a":"', '"}', '{\\"b\\":\\"', '\\"', "\\n", "\\\\", "\\u00", "5b", "the", "PERSON", "AND", "1", "2", "_", "-"),
]
TEXTS = st.lists(st.one_of(st.sampled_from(ALTERED), st.sampled_from(NEAR), st.sampled_from(AROUND)), max_size=10).map(
    "".join
)
LOOSE = st.text(alphabet='[]PERSONperson_12\\ -&#;9135%BD\n"u0{:/(<w.', max_size=40)
CUTS = st.lists(st.integers(0, 120), max_size=12)
ENCODINGS = st.sampled_from(list(Encoding))
LINKS = st.lists(
    st.sampled_from(
        [
            *("[PERSON_1]", "[EMAIL_ADDRESS_1]", "[US_SSN_1]", "PERSON_2", "[PERSON_9]", "[URL_1]", "555-0101"),
            *(
                "(",
                ")",
                "[",
                "]",
                "[]",
                "[ref]",
                "[1]",
                ": ",
                ":",
                "\n",
                " ",
                "!",
                "<",
                ">",
                "x",
                ".",
                ",",
                "'",
                '"',
                "\\",
            ),
            *(
                "](mailto:",
                "](tel:",
                "](https://a.example/",
                "(mailto:",
                "(https://",
                "(x.md)",
                "(#a",
                "(the one)",
                "](<",
            ),
            *REQUESTED,
            *(
                "https://a.example/",
                "https://",
                "https:\\",
                "(https://a.example/[PERSON_1]/x)",
                "'ftp://c.co/[PERSON_2]'",
            ),
            *("/x", "http://b.example/?q=", "http://localhost/", "file:///", "]: ", "![", "|", "&", "..."),
            *("\n[x]: ", "> [x]:\n> ", "[^1]: ", ".evil", ".example", ".com", "\\.", "//", "<style>", "</style>", "`"),
            *(
                '<a href="https://a.example/"',
                "<a\xa0href=",
                "style=",
                "\xa0",
                "&#58;",
                "&sol;",
                "file:",
                "<x:",
                "10.0.0.1/",
            ),
        ]
    ),
    max_size=9,
).map("".join)


@settings(max_examples=400, deadline=None)
@given(st.one_of(TEXTS, LOOSE, LINKS), CUTS, ENCODINGS, st.booleans())
@example("[PERSON_1", [9], Encoding.TEXT, False)
@example("[PERSON_1 LAST", [3], Encoding.TEXT, False)
@example("[PERSON_1 AND PERSON", [3], Encoding.TEXT, False)
@example("x\\nPERSON_12", [3], Encoding.JSON, False)
@example("https://a.example/[PERSON_1]/x.", [20, 30], Encoding.TEXT, False)
@example('{"u":"see\\nhttps://a.example/[PERSON_1]/x"}', [30, 40], Encoding.JSON, True)
def test_any_chunking_equals_the_reference(text: str, cuts: list[int], encoding: Encoding, tool: bool) -> None:
    """However a text is cut, it is restored as the slow reference restores it whole."""
    expected = reference(text, encoding, tool)
    assert new_restorer(encoding, tool).restore(text) == expected
    assert streamed(text, cuts, encoding, tool) == expected
    assert streamed(text, range(len(text)), encoding, tool) == expected


LINKED = [
    *(
        "[PERSON_1](mailto:[EMAIL_ADDRESS_1])",
        "[PERSON_1][ref]",
        "[PERSON_1][]",
        "![PERSON_1](x.png)",
        "[PERSON_1](the one)",
    ),
    *("[a.py#L3](/home/[PERSON_1]/a.py#L3)", "[a](file:///Users/[PERSON_1]/a)", "![a](/home/[PERSON_1]/a)"),
    *("a.py#[PERSON_1]", "a.py#L[PERSON_1]", "a.py#L3[PERSON_1]", "a.py# [PERSON_1]"),
    *(
        "[[PERSON_1]](tel:[US_SSN_1])",
        "\n[PERSON_1]: https://a.example/x",
        "[PERSON_1]: no",
        "[PERSON_1][PERSON_2]",
        *REQUESTED,
    ),
]


@pytest.mark.parametrize("tool", [False, True])
@pytest.mark.parametrize("encoding", list(Encoding))
@pytest.mark.parametrize("form", ALTERED + NEAR + LINKED)
def test_every_single_cut(form: str, encoding: Encoding, tool: bool) -> None:
    """Each altered form and each near miss survives being cut once at each place."""
    text = f'{{"a":"x {form} y {form}'
    expected = reference(text, encoding, tool)
    assert {streamed(text, [cut], encoding, tool) for cut in range(len(text) + 1)} == {expected}
