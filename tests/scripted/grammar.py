"""Conversations, generated: what people and their tools show to a model, and what the model makes of it.

All people, addresses, numbers and keys are invented.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from tests.scripted.model import Plan, PlannedCall, Quote
from tests.scripted.stage import Beat
from tests.scripted.turn import Pieces, every

__all__ = ["ARGUMENTS", "NOTES", "VALUES", "conversations", "filled", "planned"]

VALUES: dict[str, tuple[str, ...]] = {
    "name": (
        "Maria Gonzalez",
        "Tobias Lindqvist",
        "Siobhán O'Neill",
        "Zoë Müller-Brandt",
        "Nguyễn Thị Hạnh",
        "田中 太郎",
        "Will Page",
        "Grace Field",
    ),
    "email": (
        "maria.gonzalez@example.org",
        "t.lindqvist+bugs@example.com",
        "o'neill@example.net",
        "root@localhost.example",
        "zoe_mueller@mail.example.org",
    ),
    "user": ("mgonzalez", "tlindqvist", "siobhan.oneill", "admin", "ephemeral", "postgres", "hnguyen42"),
    "ip": ("203.0.113.77", "192.0.2.14", "2001:db8::8a2e:370:7334", "192.168.1.1"),
    "card": ("4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005"),
    "iban": ("DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432"),
    "phone": ("+1 415 555 0132", "(212) 555-0187", "+49 30 901820"),
    # As they stand in links, where no white space can.
    "dial": ("+14155550132", "+49-30-901820"),
    "ssn": ("536-22-1874", "219-09-9998"),
    "key": (
        "ghp_0123456789abcdefghijklmnopqrstu1Cv5r",
        "sk-proj-Zk3vT9qLm2Xw8RbN4cYd6HfJ",
        "AKIAIOSFODNN7EXAMPLE",
        "xK9#mPq2$vL8",
        "back\\slash\"quote'tick",
    ),
    # Words of protocols and of everyday code: a value that equals one is replaced in text and left in the protocol.
    "word": ("postgres", "ephemeral", "function", "assistant", "text", "write", "command", "stop", "default", "root"),
    "street": ("12 Rosewood Lane, Springfield, IL 62704", "Lindenstraße 9, 10969 Berlin"),
    "day": ("1984-03-17", "17 March 1984"),
}

# What stands in a request. With `=` first: what a renderer would make markup of, so that policy may keep values out of
# it in an answer's text; the arguments of tools have it whole.
NOTES: tuple[str, ...] = (
    "{name}",
    "name: {name}",
    "Contact: {name}, {email}, card {card}",
    "Dear {name},\n\nplease call {phone} or write to {email}.\n\nKind regards\n{name}",
    "Reported-by: {name} <{email}>\nSigned-off-by: {name} <{email}>",
    "commit 4f2a9c1e0b7d\nAuthor: {name} <{email}>\nDate:   Tue Mar 17 10:02:11 2026 +0100\n\n    fix login of {user}",
    "* @{user} @example-org/core\n/docs/ {email}",
    "# Copyright (c) 2026 {name}",
    "-rw-r--r-- 1 {user} staff 4096 Mar 17 10:02 /home/{user}/notes.txt",
    # A user name with a dot, before a slash, reads like a host.
    "=/home/{user}/projects/shop/src/{user}_client.py:12: error: unused name",
    "/Users/{user}/Library/Caches/x",
    "C:\\Users\\{user}\\Documents\\report.docx",
    'DB_USER = "{user}"\nDB_PASSWORD = "{key}"  # of {name}',
    "DB_PASSWORD={word}\nDB_HOST={ip}\nexport TOKEN={key}",
    "password: {word}",
    '{"name": "{name}", "email": "{email}", "ssn": "{ssn}", "tags": ["{word}", null, 7]}',
    '{"user": {"login": "{user}", "card": "{card}"}, "note": "call {phone}"}',
    "id,name,email,phone\n1,{name},{email},{phone}\n2,{name},{email},{phone}",
    "| name | iban |\n| --- | --- |\n| {name} | {iban} |",
    "2026-03-17T10:02:11Z INFO [auth] user={user} ip={ip} status=200",
    '{ip} - {user} [17/Mar/2026:10:02:11 +0000] "GET /api/v1/users HTTP/1.1" 200 512',
    "--- PASS: TestLogin_ok (0.00s)\n--- FAIL: TestLogin_{user} (0.02s)",
    "def test_{user}() -> None:\n    assert greet('{name}') == 'Hello {name}'",
    "const user = { name: '{name}', mail: \"{email}\" };  // TODO({user})",
    "INSERT INTO people (name, email) VALUES ('{name}', '{email}');",
    "let f = [=](auto x) { return x; };  // {name}",
    'val name = person?.name ?: "{name}"',
    "printf '%s\\n' \"{name}\" | mail -s hello {email}",
    "diff --git a/AUTHORS b/AUTHORS\n@@ -1,2 +1,2 @@\n-{name} <{email}>\n+{name} <{email}>",
    "({name}), «{name}», \"{email}\", '{user}', <{email}>; {name}!",
    "{name}({email}),{name}/{user};{phone}.",
    "**{name}** and _{email}_ and `{user}`",
    "- [ ] ask {name}\n- [x] pay {iban}",
    "会議の参加者:{name}、連絡先{email}。",
    "🚀{name}🎉 {email}✅",
    "{name}'s card is {card}, born {day}, SSN {ssn}, lives at {street}.",
    "npm WARN deprecated @babel/core@7.22.9: ask {name} <{email}>",
    "git@git.example.com:{user}/shop.git (fetch)",
    "a[i-2] = b[PERSON_9]; // {user}",
    "no value stands here, only words",
    "",
    "https://git.example.com/{user}/mytool",
    "see https://git.example.com/{user}/mytool/issues/12?author={user} for more",
    "[{name}](mailto:{email}), [call](tel:{dial})",
    '=<author name="{name}" mail="{email}"/>',
    '=<a href="mailto:{email}">{name}</a>',
    "=<User name={'{name}'} onClick={() => mail(\"{email}\")} />",
)

# What the model says around what it quotes: all of it plain text to a renderer.
SAID: tuple[str, ...] = (
    "",
    " ",
    "\n",
    "I found this: ",
    "Here it is:\n\n```python\n",
    "\n```\n",
    "\n\n| a | b |\n| - | - |\n| ",
    " | 1 |\n",
    "**",
    "- ",
    "«",
    "» und ",
    "日本語",
    "🚀",
    "é",
    "(",
    ")",
    "'s",
    '"',
    "\\",
    "[",
    "[PER",
    "[EMAIL_ADDRE",
    "]",
    " a[i-2] ",
    "x = y[0] - 1; ",
    "\t",
)

# What the arguments of a tool are made of: `§` is where a quotation goes, `¶` where one goes into JSON;
# what stands around is often code.
ARGUMENTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("bash", {"command": "cat > notes.txt <<'EOF'\n§\nEOF", "description": "Writes § down"}),
    ("bash", {"command": "git log --author='§' -1"}),
    ("bash", {"command": 'echo "§" >> people.txt && grep -c "§" people.txt'}),
    ("bash", {"command": "sed -i 's/§/nobody/g' src/app.py"}),
    ("bash", {"command": "psql -c \"UPDATE people SET name = '§' WHERE name = '§'\""}),
    ("bash", {"command": 'curl -d \'{"name": "§"}\' http://localhost:8080/users'}),
    ("bash", {"command": "python - <<'EOF'\nprint(f\"{len('§')}\")\nEOF"}),
    ("write", {"path": "src/User.jsx", "content": "export const U = () => <User name=\"§\" title={'§'} />;\n"}),
    ("write", {"path": "page.html", "content": '<p class="x" title="§">§</p>\n<a href=\'mailto:§\'>§</a>\n'}),
    ("write", {"path": "people.xml", "content": '<?xml version="1.0"?>\n<person name="§"><mail>§</mail></person>\n'}),
    ("write", {"path": "people.json", "content": '{\n  "people": [{"name": "¶"}]\n}\n'}),
    ("write", {"path": "a.cpp", "content": 'auto f = [=](int i) { return a[i-2] == "§"; };\n'}),
    ("write", {"path": "A.kt", "content": 'val name = person?.name ?: "§"\n'}),
    ("write", {"path": "README.md", "content": "# Thanks\n\n- [§](mailto:§)\n- ![§](logo.png)\n- <§>\n"}),
    ("write", {"path": "x.patch", "content": "--- a/AUTHORS\n+++ b/AUTHORS\n@@ -1 +1 @@\n-§\n+§\n"}),
    ("write", {"path": "test_names.py", "content": 'NAMES = re.compile(r"^(§|\\w+)$")\n'}),
    ("write", {"path": "§", "content": "§"}),
    ("postgres", {"query": "SELECT * FROM people WHERE email = '§' -- §", "user": "§"}),
)

_SLOT = re.compile(r"\{(" + "|".join(VALUES) + r")\}")


def filled(template: str, rng: random.Random) -> str:
    """Return a note from a template."""
    return _SLOT.sub(lambda slot: rng.choice(VALUES[slot[1]]), template.removeprefix("="))


def planned(name: str, arguments: dict[str, str], quotes: Iterable[Quote], *, ascii_only: bool = False) -> PlannedCall:
    """Return a call whose arguments have `quotes`, in turn, where the templates say."""
    left = iter(quotes)
    made: dict[str, Any] = {}
    for key, text in arguments.items():
        first, *others = re.split("([§¶])", text)
        parts: list[str | Quote] = [first]
        for sign, piece in zip(others[::2], others[1::2], strict=True):
            parts += [replace(next(left), in_json=sign == "¶"), piece]
        made[key] = tuple(parts)
    return PlannedCall(name=name, arguments=made, ascii_only=ascii_only)


def _cuts() -> st.SearchStrategy[Pieces]:
    """Return ways to cut a text into deltas: by one, by three, whole, or at drawn sizes, in turn."""
    sizes = st.lists(st.integers(1, 9), min_size=1, max_size=5)
    return st.one_of(st.sampled_from([every(1), every(3), every(100_000)]), sizes.map(_in_turn))


def _in_turn(sizes: list[int]) -> Pieces:
    def cut(text: str) -> list[str]:
        out: list[str] = []
        at = 0
        while at < len(text):
            size = sizes[len(out) % len(sizes)]
            out.append(text[at : at + size])
            at += size
        return out or [""]

    return cut


def _joined(pieces: list[tuple[str | Quote, str]]) -> tuple[str | Quote, ...]:
    """Return the parts without the last white space: what ends a text is what relay may hold back."""
    return tuple(part for piece in pieces for part in piece)[:-1]


@st.composite
def _notes(draw: st.DrawFn) -> tuple[str, bool]:
    """Return a note, and whether a renderer would make more of it than text."""
    template = draw(st.sampled_from(NOTES))
    text = _SLOT.sub(lambda slot: draw(st.sampled_from(VALUES[slot[1]])), template.removeprefix("="))
    return text, template.startswith("=")


@st.composite
def conversations(draw: st.DrawFn, *, tools: bool) -> list[Beat]:
    """Return some turns of a conversation in which the model quotes what it was shown."""
    beats: list[Beat] = []
    known: list[tuple[str, bool]] = []
    for _ in range(draw(st.integers(1, 4))):
        new = draw(st.lists(_notes(), min_size=1, max_size=3))
        known += new
        plain = [number for number, (_, markup) in enumerate(known) if not markup]
        quotes = st.builds(Quote, st.integers(0, len(known) - 1), st.booleans())
        in_text = st.builds(Quote, st.sampled_from(plain), st.booleans()) if plain else st.just("nothing")
        # White space between: two texts side by side can make an address of a host that nobody named.
        pieces = st.tuples(st.one_of(st.sampled_from(SAID), in_text), st.sampled_from([" ", "\n", "\t"]))
        said = st.lists(pieces, max_size=4).map(_joined)
        calls = draw(st.lists(_calls(quotes), max_size=2)) if tools else []
        beats.append(
            Beat(
                notes=[text for text, _ in new],
                plan=Plan(
                    thinking=draw(said),
                    text=draw(said.filter(bool) if not calls else said),
                    calls=tuple(calls),
                ),
                stream=draw(st.booleans()),
                pieces=draw(_cuts()),
                step=draw(st.sampled_from([1, 3, 64, 1_000_000])),
            )
        )
    return beats


@st.composite
def _calls(draw: st.DrawFn, quotes: st.SearchStrategy[Quote]) -> PlannedCall:
    name, arguments = draw(st.sampled_from(ARGUMENTS))
    count = sum(len(re.findall("[§¶]", text)) for text in arguments.values())
    chosen = draw(st.lists(quotes, min_size=count, max_size=count))
    return planned(name, arguments, chosen, ascii_only=draw(st.booleans()))
