"""Law 13: of a restored answer, rendered by real renderers, no link, image, style or script holds a value.

Answers are drawn from a grammar of Markdown and HTML (`answers`), restored whole and in pieces, and rendered by
cmark-gfm with and without its extensions, by markdown-it with HTML, tables and links in text, and as HTML by html5lib,
which also reads what the others wrote.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from random import Random
from typing import Any

import cmarkgfm
import html5lib
import pytest
from cmarkgfm.cmark import Options
from markdown_it import MarkdownIt

from relay.response.restore import Restorer
from relay.response.whole_words import WholeWords
from tests.laws.answers import ATTRIBUTES, CANARY, NAMED, VALUES, answer, beside, letter
from tests.table_vault import TableVault

GFM = ["table", "strikethrough", "autolink", "tasklist"]
UNSAFE = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
MARKDOWN_IT_TEXT = MarkdownIt("gfm-like", {"html": False, "linkify": True})
MARKDOWN_IT = MarkdownIt("commonmark", {"html": True, "linkify": True}).enable(["linkify", "table", "strikethrough"])

# What a renderer shows or names things by. Every other attribute counts.
SHOWN = frozenset({"alt", "title", "class", "lang", "id", "name", "aria-label", "type"})
USED = frozenset(name.lower().removeprefix("xlink:") for name in ATTRIBUTES) - {"x", "alt"}
# An address that the link is to (cmark-gfm writes one without a scheme after `xmpp:`), a place in the page itself, a
# scheme, a file below a home folder, and a host that is the value with one ending: the link carries the value to no one
# else.
NO_VALUE = rf"(?:(?!{CANARY}).)*"
# A mailbox is that of the value, or not at a host of somebody's.
MAILBOX = r"[^?]*@(?!(?:[^?@]*\.)?evil\.(?:com|example|co\.uk)\.?(?:[?/]|\Z))[^?@]*"
ALLOWED = re.compile(
    rf"(?:mailto|xmpp):(?:{MAILBOX}|[^?@]*)(?:\?{NO_VALUE})?|(?:tel|sms):[^?]*(?:\?{NO_VALUE})?"
    rf"|(?=[^:/?]*\Z){MAILBOX}|#.*|[^:/?]*{CANARY}[^:/?]*:{NO_VALUE}"
    rf"|(?:file://)?/home/(?!/).*|(?:https?:)?//[^./]*{CANARY}[^./]*\.[^./]+(?:[/?#:]{NO_VALUE})?",
    re.IGNORECASE | re.DOTALL,
)
TO_NAMED = re.compile(r"(?:[a-z]+:)?//good\.example(?::[0-9]+)?[/?#].*", re.IGNORECASE | re.DOTALL)


def renderings(text: str) -> Iterator[tuple[str, str]]:
    """Yield what each renderer makes of a text."""
    yield "cmark-gfm", cmarkgfm.markdown_to_html_with_extensions(text, options=UNSAFE, extensions=GFM)
    yield "cmark", cmarkgfm.markdown_to_html(text, options=UNSAFE)
    yield "markdown-it", MARKDOWN_IT.render(text)
    yield "markdown-it without HTML", MARKDOWN_IT_TEXT.render(text)
    if "`" not in text:  # else it is Markdown: what a code span shows as text would be an element
        yield "html", text


def carried_off(markup: str, named: frozenset[str]) -> Iterator[str]:
    """Yield where the tree of a document has a value that could leave it."""
    tree: Any = html5lib.parse(markup, namespaceHTMLElements=False)
    for element in tree.iter():
        name = element.tag if isinstance(element.tag, str) else "comment"
        if name.rpartition("}")[2] in ("style", "script") and CANARY in "".join(element.itertext()).lower():
            yield name
        for attribute, value in element.attrib.items():
            plain = str(attribute).rpartition("}")[2]
            if re.fullmatch(r"[a-z][\w:.-]*", name) is None and plain not in USED:
                continue  # no browser knows the element
            if CANARY not in value.lower() or plain in SHOWN or plain.startswith("data-footnote"):
                continue
            if named and TO_NAMED.fullmatch(value) is not None:
                continue
            if plain != "href" or ALLOWED.fullmatch(value) is None:
                yield f"{name} {plain}"


def faults(text: str, random: Random, named: frozenset[str] = frozenset()) -> list[str]:
    """Return what is wrong with an answer, by kind and place."""
    restored = Restorer(TableVault(VALUES), hosts=named).restore(text)
    edges = sorted({0, len(text), *(random.randrange(len(text) + 1) for _ in range(random.choice((1, 3, 30))))})
    restorer = Restorer(TableVault(VALUES), hosts=named)
    pieces = [restorer.feed(text[start:end]) for start, end in pairwise(edges)]
    found = [] if "".join(pieces) + restorer.finish() == restored else ["streamed differs"]
    for renderer, markup in renderings(restored):
        found += [f"{renderer}: {place}" for place in carried_off(markup, named)]
    return found


@pytest.mark.parametrize("seed", range(8))
def test_no_destination_holds_a_value(seed: int) -> None:
    """Whatever the grammar draws, in pieces as in one."""
    random = Random(seed)
    for _ in range(150):
        pieces = answer(random)
        assert faults("".join(pieces), random) == [], pieces


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("named", [NAMED, frozenset()])
def test_values_go_to_named_hosts_only(seed: int, named: frozenset[str]) -> None:
    """Wherever a reader sees the URL begin and end."""
    random = Random(seed)
    for _ in range(150):
        text = beside(random)
        assert faults(text, random, named) == [], text


ALONE = [
    f"{before}{name}{behind}" for name in VALUES for before in ("", "(", "*") for behind in (",", ".", ").", "*", "|")
]
PARTS = [
    *VALUES,
    *VALUES,
    "\\",
    "`",
    '"',
    "'",
    "@",
    ".",
    "-",
    "_",
    "<",
    ">",
    "(",
    ")",
    "//",
    "evil.com",
    "a@evil",
    "a",
    " ",
]
PARTS += ['<a href="https://evil.example/?q=(">', "<https://evil.example/?q=[>", "\\n", "&#46;", "evil.example", "]"]


@pytest.mark.parametrize("seed", range(8))
def test_a_request_that_joined_nothing_lets_nothing_join(seed: int) -> None:
    """Placeholders that stood there with punctuation only are restored where they would be without that request."""
    random, words = Random(seed), WholeWords([" ".join(ALONE)])
    for _ in range(600):
        text = "".join(random.choice(PARTS) for _ in range(random.randint(2, 7)))
        restored = Restorer(TableVault(VALUES), words=words).restore(text)
        assert restored == Restorer(TableVault(VALUES)).restore(text), text


UNSPACED = ["和", "給", "です", "の", "중", "에게", "ไทย", "中国", "。", "，", "：", "é", "ж"]
GLUED = [*VALUES, "x@evil.example", "evil.com", "www.evil.com/", "a", "B7", "@", ".", "-", "_", "://", "<", ">", " "]


@pytest.mark.parametrize("seed", range(8))
def test_letters_of_scripts_without_blanks(seed: int) -> None:
    """They part a value from a mailbox or host of somebody's, or the value stays out."""
    random = Random(seed)
    for _ in range(300):
        pieces = [random.choice(UNSPACED if random.random() < 0.4 else GLUED) for _ in range(random.randint(2, 7))]
        assert faults("".join(pieces), random) == [], pieces


PLACEHOLDER = re.compile(
    r"\[?(?:USERNAME|PERSON|EMAIL|PATH|SECRET)[_\s](?:ADDRESS_)?1|Nadia|%5B|&#91;|［|【", re.IGNORECASE
)


def test_text_keeps_its_values() -> None:
    """Beside links, in link texts, code, tables and tags, every placeholder is restored."""
    random = Random(13)
    for _ in range(400):
        text = letter(random)
        restored = Restorer(TableVault(VALUES)).restore(text)
        assert PLACEHOLDER.search(restored) is None, (text, restored)
        assert faults(text, random) == [], text
