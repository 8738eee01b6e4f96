"""A small repository of invented people: names in licences, owners, code, test data, logs, mail and history."""

from __future__ import annotations

import json
from typing import NamedTuple

__all__ = ["COMMITS", "EMAILS", "FILES", "PEOPLE", "Commit", "Person"]


class Person(NamedTuple):
    """Somebody who does not exist."""

    name: str
    user: str
    email: str
    phone: str


PEOPLE = (
    Person("Maria Gonzalez", "mgonzalez", "maria.gonzalez@example.org", "+1 415 555 0132"),
    Person("Tobias Lindqvist", "tlindqvist", "tobias.lindqvist@example.com", "+46 8 5550 1234"),
    Person("Siobhán O'Neill", "soneill", "siobhan@example.net", "+353 1 555 0199"),
    Person("Zoë Müller-Brandt", "zmueller", "zoe.mueller@mail.example.org", "+49 30 901820"),
    Person("Nguyễn Thị Hạnh", "hnguyen", "hanh.nguyen@example.com", "+84 24 5550 1122"),
    Person("Grace Field", "gfield", "g.field@example.org", "(212) 555-0187"),
)
MARIA, TOBIAS, SIOBHAN, ZOE, HANH, GRACE = PEOPLE
EMAILS = tuple(person.email for person in PEOPLE)


class Commit(NamedTuple):
    """One commit: who, what, and the files that it brings."""

    author: Person
    message: str
    files: tuple[str, ...]


FILES: dict[str, str] = {
    "LICENSE": f"MIT License\n\nCopyright (c) 2024 {MARIA.name} <{MARIA.email}>\nCopyright (c) 2025 {TOBIAS.name}\n",
    "CODEOWNERS": f"*       @{MARIA.user} @{TOBIAS.user}\n/docs/  {ZOE.email}\n/src/*.cpp  @example-org/native\n",
    "README.md": f"""# shop

A shop by [{MARIA.name}](mailto:{MARIA.email}) and friends.

- Source: https://git.example.com/{MARIA.user}/shop
- Issues: https://git.example.com/{MARIA.user}/shop/issues?assignee={TOBIAS.user}
- Clone: git@git.example.com:{MARIA.user}/shop.git
""",
    "package.json": json.dumps(
        {
            "name": "@example-org/shop",
            "version": "1.4.2",
            "author": f"{MARIA.name} <{MARIA.email}>",
            "contributors": [f"{ZOE.name} <{ZOE.email}>", f"{GRACE.name} <{GRACE.email}>"],
            "dependencies": {},
        },
        indent=2,
        ensure_ascii=False,
    )
    + "\n",
    "pyproject.toml": f"""[project]
name = "shop"
version = "1.4.2"
authors = [{{name = "{HANH.name}", email = "{HANH.email}"}}]
""",
    ".env": "DB_HOST=192.0.2.14\nDB_USER=postgres\nDB_PASSWORD=postgres\nAPI_KEY=sk-proj-Zk3vT9qLm2Xw8RbN4cYd6HfJ\n",
    "config/settings.ini": "[database]\nuser = postgres\npassword = changeme\n",
    "src/cart.py": f'''# Copyright (c) 2024 {MARIA.name}
"""The cart. Ask {TOBIAS.name} <{TOBIAS.email}> about discounts."""

DISCOUNTS = {{"{MARIA.user}": 10, "{ZOE.user}": 5}}


def total(prices: list[int], user: str = "{GRACE.user}") -> int:
    """Return the total, less what `user` is granted."""
    return sum(prices) - DISCOUNTS.get(user, 0)  # TODO({TOBIAS.user}): round
''',
    f"src/{MARIA.user}_client.py": f'''"""Client of {MARIA.name}'s service."""


class {MARIA.user.capitalize()}Client:
    home = "/home/{MARIA.user}/shop"

    def {MARIA.user}_login(self) -> str:
        return "{MARIA.user}@" + self.home
''',
    "src/session.cpp": f"""// Written by {GRACE.name}
auto greet = [=](int i) {{ return names[i-2] == "{GRACE.name}"; }};
auto mail = [&] {{ return std::string("{GRACE.email}"); }};
""",
    "src/Person.kt": f'val name = person?.name ?: "{SIOBHAN.name}"\nval mail = person?.mail ?: "{SIOBHAN.email}"\n',
    "src/Footer.jsx": f"""export const Footer = () => (
  <footer title="{ZOE.name}">
    <a href="mailto:{ZOE.email}">{ZOE.name}</a> <Phone number={{'{ZOE.phone}'}} />
  </footer>
);
""",
    "tests/__init__.py": "",
    "tests/test_users.py": f"""import unittest


def find(user):
    return {{"{MARIA.user}": "{MARIA.name}", "{TOBIAS.user}": "{TOBIAS.name}"}}[user]


class TestUsers(unittest.TestCase):
    def test_{MARIA.user}(self):
        self.assertEqual(find("{MARIA.user}"), "{MARIA.name}")

    def test_{TOBIAS.user}(self):
        self.assertEqual(find("{TOBIAS.user}"), "{ZOE.name}")
""",
    "data/team.json": json.dumps([person._asdict() for person in PEOPLE], indent=2, ensure_ascii=False) + "\n",
    "data/customers.csv": "id,name,email,phone,card\n"
    + "".join(
        f"{n},{p.name},{p.email},{p.phone},4111 1111 1111 1111\n" for n, p in enumerate((MARIA, TOBIAS, HANH), 1)
    ),
    "logs/access.log": "".join(
        f'203.0.113.{70 + n} - {p.user} [17/Mar/2026:10:0{n}:11 +0000] "POST /login HTTP/1.1" {status} 512\n'
        for n, (p, status) in enumerate(zip(PEOPLE, (200, 401) * 3, strict=True))
    ),
    "mail/thread.eml": f"""From: {TOBIAS.name} <{TOBIAS.email}>
To: {MARIA.name} <{MARIA.email}>
Cc: {GRACE.email}
Subject: Refund of {HANH.name}

Dear Maria,

{HANH.name} asks for her refund to IBAN DE89 3704 0044 0532 0130 00.
Her number is {HANH.phone}, her SSN 536-22-1874.

Kind regards
Tobias
""",
    "docs/notes.md": f"""# 会議

参加者:{HANH.name}、{ZOE.name}。連絡先{ZOE.email}。🚀

* **{GRACE.name}** pays
* _{SIOBHAN.name}_ ships
""",
}

COMMITS = (
    Commit(MARIA, "Begin", ("LICENSE", "CODEOWNERS", "README.md", ".env", "config/settings.ini")),
    Commit(TOBIAS, f"Add the cart\n\nReviewed-by: {ZOE.name} <{ZOE.email}>", ("src/cart.py",)),
    Commit(HANH, "Package it", ("package.json", "pyproject.toml", "tests/__init__.py", "tests/test_users.py")),
    Commit(GRACE, "Native sessions", ("src/session.cpp", "src/Person.kt", "src/Footer.jsx")),
    Commit(ZOE, "Everything else", ()),
)
