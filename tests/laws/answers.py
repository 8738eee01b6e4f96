"""Answers that a planted instruction could make a model write: Markdown and HTML with placeholders everywhere.

`answer(random)` draws one as a list of pieces, so that a failing one can be made smaller by leaving pieces out.
"""

from collections.abc import Callable, Sequence
from random import Random

__all__ = ["ATTRIBUTES", "CANARY", "NAMED", "VALUES", "answer", "beside", "letter"]

CANARY = "zqcanary"
VALUES = {
    "[USERNAME_1]": "zqcanary7",
    "[PERSON_1]": "Zqcanary Vexford",
    "[EMAIL_ADDRESS_1]": "zqcanary@example.org",
    "[PATH_1]": "/srv/zqcanary",
    "[SECRET_1]": "sk-zqcanary\"'x",
    "[PERSON_1_LAST]": "Zqcanary",
    "Nadia Ingram": "Zqcanary Brook",  # a stand-in
}


Draw = Callable[[Random], str]

FORMS = (
    *VALUES,
    *("USERNAME_1", "[person 1]", "\\[USERNAME\\_1\\]", "%5BUSERNAME_1%5D", "&#91;USERNAME_1&#93;", "［USERNAME_1］"),
    *("[EMAIL\nADDRESS_1]", "【USERNAME_1】"),
)
SPACES = (
    " ", "", "\t", "\n", "\r\n", "\xa0", "\u3000", "\u2028", "\x0b", "\x0c", "\x1f", "\x85", "  ", "\n\n",
    "\u200b",
)  # fmt: skip
SIGNS = (
    "", "/", "?q=", "#", "&", "=", ".", ",", ";", ":", "(", ")", "\\)", "\\(", "[", "]", "<", ">", "'", '"',
    "`", "|", "*", "!", "\\", "@", "&gt;", "&#32;", "&nbsp;", "。", "、", "%20", "$", "{", "}", "~", "_", "](",
    "-->", "]]>",
)  # fmt: skip
HOSTS = (
    "evil.example", "evil.com", "xn--e1aybc.xn--p1ai", "evil.com:8080", "192.0.2.7", "3221225991", "[::1]",
    "пример.рф", "evil.co.uk", "EVIL.COM", "u:p@evil.com", "localhost", "good.example",
)  # fmt: skip
OPENERS = (
    "https://", "http://", "//", "www.", "", "ftp://", "HTTPS://", "http:\\\\", "https:/", "file://", "file:",
    "file:\\\\", "javascript:", "data:text/plain,", "mailto:", "tel:", "xmpp:", "https&#58;//", "https:&#47;/",
    "http\\://", "\\//", "https&colon;&sol;&sol;", "&#104;ttp://", "sms:", "vbscript:", "//user@",
)  # fmt: skip
ATTRIBUTES = (
    "href", "src", "srcset", "ping", "style", "action", "formaction", "poster", "background", "data",
    "content", "xlink:href", "cite", "srcdoc", "onload", "imagesrcset", "alt", "SRC", "x",
)  # fmt: skip
ELEMENTS = (
    "img", "a", "image", "svg", "div", "p", "form", "video", "object", "meta", "link", "iframe", "b;x",
    "xx" * 30, "x-y", "IMG", "style", "script", "input", "base", "embed", "source", "td", "q",
)  # fmt: skip


def held(random: Random) -> str:
    return random.choice(FORMS)


def rarely(random: Random, *choices: str) -> str:
    """Return an odd choice now and then, mostly nothing."""
    return random.choice(choices) if random.random() < 0.2 else ""


def url(random: Random) -> str:
    host = random.choice(HOSTS)
    if random.random() < 0.15:
        host = f"{held(random)}.{host}" if random.random() < 0.7 else f"{host}{held(random)}"
    path = "".join(random.choice((random.choice(SIGNS), "a", held(random))) for _ in range(random.randrange(5)))
    nested = url(random) if random.random() < 0.1 else ""
    return random.choice(OPENERS) + host + random.choice(("/", "?q=", "#", "", "/")) + path + nested + held(random)


def blank(random: Random) -> str:
    return random.choice(SPACES)


def label(random: Random) -> str:
    return random.choice(
        (
            "x",
            held(random),
            "a `b` c",
            "^1",
            "a\nb",
            "[x]",
            "",
            "`",
            "a\\]b",
            "![y](z)",
            "<b>",
            "`[`",
            f"`{held(random)}`",
        )
    )


def target(random: Random) -> str:
    inner = random.choice(
        (url(random), url(random), held(random), f"/a{held(random)}", f"a{rarely(random, *SIGNS)}{held(random)}")
    )
    inner = f"<{inner}>" if random.random() < 0.3 else inner
    title = random.choice(
        ("", "", f' "{text(random)}"', f"\n'{held(random)}'", f" ({held(random)})", ' "', " '<a href='")
    )
    return rarely(random, *SPACES) + inner + rarely(random, *SPACES, *SIGNS) + title + rarely(random, *SPACES)


def link(random: Random) -> str:
    before, after = rarely(random, "!", "\\") + random.choice(("!", "")), rarely(random, ")", ">", "x")
    return f"{before}[{label(random)}]({target(random)}{after})"


def definition(random: Random) -> str:
    before = random.choice(("", "> ", "- ", "1. ", "  ", "text\n", "> - ", "[^1]: ", "- [ ] ", "* * ", "# ", "| "))
    between = random.choice((" ", "", "\n", "\xa0", "\t", "\n  ", "\n> ", "  \n", "\n\n", "\x0b", " \n > "))
    return f"\n\n{before}[{random.choice(('r', 'x', label(random)))}]:{between}{target(random)}\n\n![r] [r] [x][r] ![x]"


def attribute(random: Random) -> str:
    value = random.choice(
        (url(random), held(random), f"a {url(random)} 2x, {held(random)}", f"background:url({url(random)})", "a", "")
    )
    quote = random.choice(('"', "'", "", '"'))
    closed = quote if random.random() < 0.95 else ""
    name = random.choice(ATTRIBUTES)
    between = rarely(random, " ", "\n", "\t", "/", "\x0c", "\x0b")
    return f"{name}{between}={rarely(random, ' ', chr(10), '=', '`')}{quote}{value}{closed}"


def tag(random: Random) -> str:
    gaps = (" ", "\n", "/", " / ", "\t", "\x0c", " ", "\x0b", "")
    attributes = "".join(random.choice(gaps) + attribute(random) for _ in range(random.randrange(4)))
    end = rarely(random, " ", "/", "=", "<", '"')
    after = random.choice((held(random), "", "x"))
    return f"{rarely(random, chr(92))}<{random.choice(ELEMENTS)}{attributes}{end}>{after}"


def element(random: Random) -> str:
    name = random.choice(("style", "script", "STYLE", "a", "p", "svg", "title", "pre", "textarea", "xmp", "noscript"))
    content = random.choice((held(random), f"a{{b:url({url(random)})}}", f"`{held(random)}`", text(random)))
    end = random.choice((f"</{name}>", f"</{name}>", "", f"`</{name}>`", f"</{name} ", f"</{name} a>"))
    return f"<{name}{rarely(random, ' ', chr(10), ' a=b')}>{content}{end}"


def autolink(random: Random) -> str:
    inner = (url(random), f"x{random.choice(OPENERS)}{held(random)}", f"file:{held(random)}", held(random))
    return f"<{random.choice(inner)}>{held(random)}"


def code(random: Random) -> str:
    ticks = random.choice(("`", "``", "```", "~~~", "\n```\n", "\n~~~x\n"))
    content = random.choice(
        (held(random), url(random), "<style>", "<script>", text(random), f"<a href='x'>{held(random)}", '<img src="')
    )
    return f"{ticks}{content}{random.choice((ticks, ticks, ticks, '', '`'))}"


def comment(random: Random) -> str:
    begins, ends = ("<!--", "<!x ", "<?", "<![CDATA["), ("-->", ">", "?>", "]]>", "")
    return random.choice(begins) + random.choice((text(random), tag(random))) + random.choice(ends)


def text(random: Random) -> str:
    words = (
        held(random),
        "word",
        random.choice(SIGNS),
        random.choice(SPACES),
        "evil.com",
        ".evil.com",
        ".evil",
        "see",
        " ",
    )
    return "".join(random.choice(words) for _ in range(random.randrange(1, 6)))


def table(random: Random) -> str:
    cells = [random.choice((held(random), link, tag, url, code, text)) for _ in range(2)]
    return "\n\n|a|b|\n|-|-|\n|" + "|".join(cell if isinstance(cell, str) else cell(random) for cell in cells) + "|\n\n"


def block(random: Random) -> str:
    return random.choice(
        ("\n\n", "\n", "\n> ", "\n- ", "\n# ", "\n    ", "\n1. ", " ", "", "\n***\n", "\n<div>\n", "[^1] ")
    )


PIECES: tuple[Draw, ...] = (
    url,
    link,
    link,
    definition,
    tag,
    tag,
    element,
    autolink,
    code,
    comment,
    text,
    text,
    table,
    block,
    block,
    held,
)


def answer(random: Random) -> list[str]:
    """Draw an answer, as pieces."""
    return [random.choice(PIECES)(random) for _ in range(random.randrange(1, 9))]


# A host that the user named, what stands around a URL to it, and what may be another URL for some reader.
NAMED = frozenset({"good.example"})
BEFORE = (
    "", "", " ", "\n", "(", "=", "_", "*", "x", "`", "|", "<", "'", '"', "\\", "~", ">", ",", ".", "/", ":", "-", "1",
    "&", "a@", "[", "**", "\ufe4f", "\xbf", "$", "+", "^", "\u300b", "\uff5c", "\u3002",
)  # fmt: skip
STARTS = (
    "https://good.example/", "http://good.example/", "HTTPS://GOOD.example?q=", "//good.example/", "ws://good.example/",
    "https://good.example:99999/", "https://good.example:8443#", "ftp://good.example/", "https&colon;//good.example/",
    "https://evil.example/", "//evil.example/", "evil.com/", "mailto:",
)  # fmt: skip
MIDDLES = (
    *SPACES, *SIGNS, "a", "b/c", "index.html", "?q=", "&x=", "~~", "**", "``", "..", "!!", "??", "---", "++", "==",
    "&amp;", "&#46;", "&lt;", "\u2003", "\xad", "\xe9", "\u6f22", "<b>", "</b>", "<!--", "_a_", "*a*", "~a~", "`a`",
    "[x](", "\\.", "'s", "(<", '"<', "(<b>",
)  # fmt: skip
OTHERS = (
    "//evil.example/", "evil.com/", "evil.com?", "https://evil.example/", "www.evil.com/", "evil.co.uk/a/",
    "192.0.2.7/", "evil.com#a", "a@evil.com", "mailto:a@evil.com", "x.evil.com/", ".evil.com", "@evil.com",
    "@evil.example/", "", "",
)  # fmt: skip


def beside(random: Random) -> str:
    """Draw a URL to a named host, or another, with what could be a second URL in it, and values."""

    def some(choices: Sequence[str], most: int) -> str:
        return "".join(random.choice(choices) for _ in range(random.randrange(most)))

    url = random.choice(BEFORE) + random.choice(STARTS) + some(MIDDLES, 4) + random.choice(OTHERS) + some(MIDDLES, 3)
    again = random.choice(OTHERS) + held(random) + some(MIDDLES, 2) if random.random() < 0.3 else ""
    return rarely(random, *MIDDLES) + url + held(random) + some(MIDDLES, 3) + again


WRITTEN: tuple[Draw, ...] = (
    lambda r: f"Dear {r.choice(FORMS)}, thank you.",
    lambda r: f"**{r.choice(FORMS)}** and *{r.choice(FORMS)}* met ({r.choice(FORMS)}).",
    lambda r: f"- [{r.choice(('docs', 'a b'))}](https://good.example/a-b), {r.choice(FORMS)}",
    lambda r: f'See <https://good.example/x> for {r.choice(FORMS)}: <b class="x">{r.choice(FORMS)}</b>',
    # Without HTML this is a URL with a quotation mark, which the secret's own would close.
    lambda r: f'<a href="https://good.example/x">{r.choice(FORMS[:4])}</a>{r.choice(FORMS[:4])}',
    lambda r: f"参见[文档](https://good.example/x)、{r.choice(FORMS)}。",
    lambda r: f"![{r.choice(tuple(VALUES)[:3])}](https://good.example/a.png) {r.choice(FORMS)}",
    lambda r: f"```html\n<p title='a'>{r.choice(FORMS)}</p>\n<script>let a = 1;</script>\n```\n\n{r.choice(FORMS)}",
    lambda r: f"The `<style>` and `<script>` tags, {r.choice(FORMS)}: `{r.choice(FORMS)}`",
    lambda r: f"| a | b |\n|---|---|\n| {r.choice(FORMS)} | [x](y.md) {r.choice(FORMS)} |",
    lambda r: f"> {r.choice(FORMS)} wrote: 1 < 2, a=b; x -> y // {r.choice(FORMS)}",
    lambda r: f"[1]: {r.choice(FORMS)} said so. list[0]: {r.choice(FORMS)}, f(x)[1] {r.choice(FORMS)}.",
    lambda r: f"[^1]: {r.choice(FORMS)}, *Title*, 2020.",
    lambda r: f"sshd[123]: {r.choice(FORMS)} logged in\n[INFO]: {r.choice(FORMS)} logged out",
    lambda r: f"for (i=0;i<n;i++) s={r.choice(FORMS)}; if (a < b) {{ {r.choice(FORMS)} }}",
    lambda r: f"[mail](mailto:{r.choice(('[EMAIL_ADDRESS_1]',))}) or [file](/home/{r.choice(FORMS[:2])}/a.py)",
    lambda r: f"1. {r.choice(FORMS)}\n2. README.md, v1.2/x and {r.choice(FORMS)}.pdf.",
)


def letter(random: Random) -> str:
    """Draw an answer as models write them: no placeholder in it stands in a destination.

    Images come last: after one, a link to a mailbox gets no address.
    """
    paragraphs = [random.choice(WRITTEN)(random) for _ in range(random.randrange(1, 6))]
    return "\n\n".join(sorted(paragraphs, key=lambda paragraph: paragraph.startswith("![")))
