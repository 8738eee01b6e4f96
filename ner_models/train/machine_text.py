"""Invent what programs write: logs, access lists, tables, settings, traces. Most lines name nobody, some name a person.

The text is unlabelled. It teaches the screen what the models find in such lines, and what they do not.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from ner_models.train.generate import CAMEL, LIBS, MONTHS, SNAKE, TECH, WORDS
from ner_models.train.names import Lists

__all__ = ["KINDS", "Machine"]

SLOT = re.compile(r"\{(\w+)\}")
# One in so many lines of a text that names people at all.
NAMING = 12

LINES = {
    "access": (
        '{ip} - - [{day}/{mon}/{year}:{time} +0000] "{verb} /{word}/{snake}?{snake}={num} HTTP/1.1" {status} {num} "-" "{agent}"',
        '{ip} - {user} [{day}/{mon}/{year}:{time} +0000] "{verb} /{word}/{num} HTTP/2.0" {status} {num}',
    ),
    "syslog": (
        "{mon} {day} {time} {host} {lib}[{num}]: {sentence}",
        "{mon} {day} {time} {host} kernel: [{num}.{num}] {word}: {word} {word} at {hex}",
        "{mon} {day} {time} {host} sshd[{num}]: Accepted publickey for {user} from {ip} port {num} ssh2",
        "{mon} {day} {time} {host} CRON[{num}]: ({user}) CMD (/usr/bin/{lib} --{word})",
    ),
    "application": (
        "{iso} {level} [{lib}.{snake}] {sentence}",
        "{iso} {level}  {pack}.{camel}{camel} - {sentence} {snake}={num} {snake}={word}",
        "[{iso}] {level} {camel}: {sentence} ({num} ms)",
        "{level}:{lib}.{snake}:{sentence}",
        "{iso} {level} request_id={uuid} {snake}={num} path=/{word}/{word} status={status}",
        "{iso} {level} {host} {camel}Service user={user} {snake}={num}",
    ),
    "json": (
        '{"ts":"{iso}","level":"{level}","msg":"{sentence}","{snake}":{num},"{snake}":"{word}"}',
        '{"{snake}": "{uuid}", "{snake}": {num}, "{snake}": ["{word}", "{word}"], "{snake}": null}',
        '{"time":{num}{num},"host":"{host}","{snake}":"{hex}","{snake}":true,"trace":"{hash}"}',
    ),
    "trace": (
        '  File "/usr/lib/python3/{lib}/{snake}.py", line {num}, in {snake}\n    {snake}({snake}, {word}={num})',
        "\tat {pack}.{camel}{camel}.{snake}({camel}.java:{num})",
        "    at {camel}.{snake} (/app/node_modules/{lib}/dist/{word}.js:{num}:{num})",
        "{camel}Error: {sentence}",
        "goroutine {num} [running]:\n{lib}.({camel}).{snake}({hex}, {hex})",
        "  {num}: {lib}::{snake}::{snake}\n             at ./src/{word}.rs:{num}",
    ),
    "table": (
        "{num},{word},{iso},{num}.{day},{hash}", "{num}\t{word}\t{num}\t{num}\t{status}",
        "| {num} | {word} {word} | {num}.{day} | {level} |", "{uuid};{num};{word};{mon} {day};{num}",
    ),
    "settings": (
        "{snake}: {word}", "  {snake}: {num}", "  - {word}-{word}", "{SNAKE}={word}", "{SNAKE}={num}", "{snake} = \"{word}/{word}\"",
        "[{lib}.{word}]", "# {sentence}", "image: {lib}/{word}:{num}.{day}", "export {SNAKE}=/opt/{lib}/{word}",
    ),
    "commands": (
        "$ {lib} {word} --{word}={num} -{l} {snake}.txt", "drwxr-xr-x {day} root root {num} {mon} {day} {time} {snake}",
        "-rw-r--r-- 1 {user} staff {num} {mon} {day} {time} {snake}.{l}", "{hash} {sentence}", "Collecting {lib}=={day}.{num}.{num}",
        "Step {day}/{num} : RUN {lib} {word} {word}", "+    {snake} = {camel}({num})", "-    return {snake}.{word}", "@@ -{num},{day} +{num},{day} @@",
        "PASSED tests/{word}/test_{snake}.py::test_{snake}", "{snake}.{l}: {num}: warning: {sentence}", "npm WARN deprecated {lib}@{day}.{num}: {sentence}",
    ),
    "minified": (
        'function {l}({l},{l}){var {l}={l}.{snake}||{};return {l}.{snake}("{word}",{num})}', "!function({l}){{l}.{camel}={num};{l}={l}?{l}:{num}}({l});",
        ".{word}-{word}{margin:{day}px {num}px;color:#{six}}", '<div class="{word} {word}-{num}"><span id="{snake}">{sentence}</span></div>',
        "SELECT {snake}, {snake} FROM {word} WHERE {snake} = {num} ORDER BY {snake};", "INSERT INTO {word} VALUES ({num}, '{word}', '{iso}', {num});",
    ),
}
KINDS = tuple(LINES)
SENTENCES = (
    "connection to {lib} closed after {num} ms", "failed to load {word} {snake}: timeout", "starting {lib} {day}.{num}.{num} on port {num}",
    "cache miss for key {snake}:{num}", "{camel} not found in {word}", "retrying {verb} /{word} ({day} of {num})", "scheduled job {snake} finished",
    "unable to parse {word} at line {num}", "{word} {word} {word}", "{num} rows in {num} ms", "disk usage at {day}%", "reloading configuration",
    "using {tech} with {tech}", "health check ok", "slow query on {snake}", "session expired", "upgraded {lib} to {day}.{num}", "{tech} {word} ready",
    "add {word} to {camel}", "fix {snake} when {word} is empty", "remove unused {snake}",
)
NAMES = (
    "login of {first} {last} failed", "assigned to {first} {last}", "mail sent to {first} {last}", "user {user} logged in from {ip}",
    "created by {first}", "order for {last}, {first}", "patient {first} {last} admitted", "customer={first} {last}", "author: {first} {last}",
    "owner={user} password={secret}", "{first} {last} approved the change", "account {num}{num} of {last}", "home=/home/{user}", "uid={user}",
    "ship to {num} {last} Street", "contact {FIRST} {LAST}", "reviewed-by {first} {last}", "name={first}", "caller {first} {last} ext {num}",
)
AGENTS = ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", "curl/8.4.0", "python-requests/2.31", "kube-probe/1.29", "Googlebot/2.1")


class Machine:
    """Writes texts of one kind each. Equal seeds give equal texts."""

    def __init__(self, lists: Lists, seed: int) -> None:
        self.random = random.Random(seed)
        self.people = [pair for pair in lists.people.values() if all(pair)]

    def text(self, kind: str, lines: int) -> str:
        """Return that many entries of one kind; two texts in three name a person here and there."""
        naming = self.random.random() < 0.67
        forms = self.random.sample(LINES[kind], k=min(len(LINES[kind]), self.random.randint(2, 4)))
        written = []
        for _ in range(lines):
            form = self.random.choice(forms)
            sentence = self.random.choice(NAMES if naming and not self.random.randrange(NAMING) else SENTENCES)
            form = form.replace("{sentence}", sentence)
            if naming and "{sentence}" not in form and not self.random.randrange(3 * NAMING):
                form += " " + self.random.choice(NAMES)
            people = self.random.choice(self.people)
            written.append(SLOT.sub(lambda slot, people=people: self._fill(slot[1], people), form))
        return ("" if kind == "minified" and self.random.random() < 0.5 else "\n").join(written)

    def _fill(self, slot: str, people: tuple[list[str], list[str]]) -> str:
        choose, number = self.random.choice, self.random.randrange
        first, last = choose(people[0]), choose(people[1])
        fillers: dict[str, Callable[[], str]] = {
            "ip": lambda: f"{number(1, 255)}.{number(256)}.{number(256)}.{number(256)}",
            "day": lambda: f"{number(1, 29):02}", "mon": lambda: choose(MONTHS)[:3], "year": lambda: str(number(2015, 2027)),
            "time": lambda: f"{number(24):02}:{number(60):02}:{number(60):02}", "num": lambda: str(number(10 ** number(1, 6))),
            "status": lambda: choose(("200", "204", "301", "404", "500")), "verb": lambda: choose(("GET", "POST", "PUT", "DELETE")),
            "level": lambda: choose(("INFO", "DEBUG", "WARN", "ERROR", "warning", "info")), "word": lambda: choose(WORDS),
            "snake": lambda: "_".join(self.random.choices(SNAKE, k=number(1, 3))), "SNAKE": lambda: "_".join(self.random.choices(SNAKE, k=2)).upper(),
            "camel": lambda: "".join(self.random.choices(CAMEL, k=2)), "lib": lambda: choose(LIBS), "tech": lambda: choose(TECH),
            "pack": lambda: f"com.{choose(WORDS)}.{choose(WORDS)}", "host": lambda: f"{choose(('web', 'db', 'node', 'ip-10-0'))}-{number(99)}",
            "iso": lambda: f"20{number(10, 27)}-{number(1, 13):02}-{number(1, 29):02}T{number(24):02}:{number(60):02}:{number(60):02}.{number(1000):03}Z",
            "hex": lambda: f"0x{number(16**8):08x}", "six": lambda: f"{number(16**6):06x}", "hash": lambda: f"{self.random.getrandbits(160):040x}",
            "uuid": lambda: f"{number(16**8):08x}-{number(16**4):04x}-4{number(16**3):03x}-a{number(16**3):03x}-{number(16**12):012x}",
            "agent": lambda: choose(AGENTS), "l": lambda: choose("abcdefghinrtxy"), "first": lambda: first, "last": lambda: last,
            "FIRST": first.upper, "LAST": last.upper, "secret": lambda: f"{choose(WORDS)}{choose('!#$%&')}{number(9999)}",
            "user": lambda: choose((f"{first[0]}{last}".lower(), f"{first}.{last}".lower(), first.lower(), "root", "deploy", "www-data")).replace(" ", ""),
        }
        return fillers[slot]() if slot in fillers else "{" + slot + "}"
