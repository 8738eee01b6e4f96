"""Technical text in any language without names: what programs say, as it stands in code, logs, tickets and talks with agents."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence

from ner_models.train.corpora import SECRET
from ner_models.train.rows import Row

__all__ = ["technical_rows"]

SLOT = re.compile(r"%\(\w+\)[sdf]|%[sdf]|\{\w*\}|<[^>]{1,40}>")
PARTS = "user order data model view event request session config parser handler client server token file cache query base test report job queue worker auth image report_page invoice export sync retry".split()
ENDS = ".py .ts .tsx .go .rs .java .sql .yaml .json .md .sh .vue .kt .css".split()
CALLS = "get set load save run build parse init update delete render fetch merge validate flush".split()
MODULES = "api core web db auth ui worker billing search mail".split()
MARKS = ("TODO: ", "FIXME: ", "NOTE: ", "", "", "")
KINDS = "fix feat chore docs refactor test perf".split()


def _thing(rng: random.Random) -> str:
    """Return an identifier, a file, a command or a value as developers write it."""
    part, other, call = rng.choice(PARTS), rng.choice(PARTS), rng.choice(CALLS)
    return rng.choice((
        f"{call}_{part}", f"{part.title()}{other.title()}", f"{call}{part.title()}()", f"src/{part}/{other}{rng.choice(ENDS)}", f"{part}{rng.choice(ENDS)}",
        f"--{part}-{other}", f"{part}.{other}", f"npm run {part}", f"git checkout -b {part}-{other}", f"{rng.randint(0, 5)}.{rng.randint(0, 20)}.{rng.randint(0, 9)}",
        f"HTTP {rng.choice((200, 400, 404, 422, 500))}", f"{part.upper()}_{other.upper()}", f"#{rng.randint(1, 9999)}", "README.md", "main", "null", "README",
    ))  # fmt: skip


def _said(message: str, rng: random.Random) -> str:
    """Return a message with its slots filled, and some thing of a program in it."""
    quote = rng.choice(("`", "`", "", "'"))
    text = SLOT.sub(lambda _: quote + _thing(rng) + quote, message)
    words = text.split(" ")
    if rng.random() < 0.6:
        words.insert(rng.randint(0, len(words)), quote + _thing(rng) + quote)
    return " ".join(words)


def _code(rng: random.Random) -> str:
    part, other, call = rng.choice(PARTS), rng.choice(PARTS), rng.choice(CALLS)
    return rng.choice((
        f"def {call}_{part}({other}):", f"    return {part}.{call}({other})", f"const {part} = await {call}{other.title()}();", f"if ({part} === null) {{", f"SELECT {part} FROM {other}s;",
        f"{part}: {rng.randint(1, 90)}", f"import {{ {call} }} from './{part}';", f"export {part.upper()}={other}", f"<{part}-{other} :{call}=\"{part}\">", f"self.{part} = {other}",
    ))  # fmt: skip


def _shaped(lines: Sequence[str], rng: random.Random) -> str:
    shape = rng.randrange(9)
    if shape == 0:
        mark = rng.choice(("# ", "// ", "-- ", "; ", "/* "))
        return "\n".join(f"{mark}{rng.choice(MARKS)}{line}\n{_code(rng)}" for line in lines)
    if shape == 1:
        clock = f"2026-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}T{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}"
        return "\n".join(f"{clock} {rng.choice(('INFO', 'WARN', 'ERROR', 'DEBUG'))} [{rng.choice(MODULES)}] {line}" for line in lines)
    if shape == 2:
        return "\n".join(f'{{"{rng.choice(("message", "error", "title", "label", "detail"))}": "{line}", "code": {rng.randint(100, 599)}}}' for line in lines)
    if shape == 3:
        return "\n".join(f"{rng.choice(('- ', '* ', '- [ ] ', f'{at}. '))}{line}" for at, line in enumerate(lines, 1))
    if shape == 4:
        return f"{rng.choice(KINDS)}({rng.choice(MODULES)}): {lines[0]}\n\n" + "\n".join(lines[1:])
    if shape == 5:
        return "\n".join(f"{rng.choice('+-')} {_code(rng)}  # {line}" for line in lines)
    if shape == 6:
        return f"## {lines[0]}\n\n" + " ".join(lines[1:]) + f"\n\n```\n{_code(rng)}\n```"
    if shape == 7:
        return "\n".join(f"| {_thing(rng)} | {line} |" for line in lines)
    return " ".join(lines)


def technical_rows(messages: Mapping[str, Sequence[str]], rng: random.Random, count: int) -> list[Row]:
    """Return `count` rows of each language of `messages`."""
    rows = []
    for said in messages.values():
        for _ in range(count if said else 0):
            text = _shaped([_said(rng.choice(said), rng) for _ in range(rng.randint(1, 5))], rng)
            rows.append(Row(text=text[:1500], spans=(), known=frozenset({"PERSON", "STREET_ADDRESS", "ID_NUMBER"}) | SECRET, source="technical"))
    return rows
