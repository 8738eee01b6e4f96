"""Secrets in calls, commands, properties and armors, behind labels of any language, and what is only like one."""

from __future__ import annotations

import base64
import string
from random import Random

import pytest

from relay.detect.entropy import is_stand_in
from relay.detect.recognizers.secrets_labels import LABELS
from relay.detect.taxonomy import Group, describe
from relay.types import Segment
from tests.counted import steps
from tests.support import patterns_only

ANALYZER = patterns_only()
RANDOM = Random(11)
# Passwords with the signs that end a value elsewhere.
PASSWORDS = (
    "kelp7!Harbor",
    "kel;p7Hb",
    "kel,p7Hb",
    "kelp/7Hb",
    "-kelp7Hb-",
    "#kelp7Hb",
    "xxxhX7kq92Lm",
    "xxxK7$%^&*()",
)


def secrets(text: str) -> list[str]:
    (found,) = ANALYZER.analyze([Segment(pointer="/0", text=text)])
    return [text[span.start : span.end] for span in found if describe(span.entity_type).group is Group.SECRET]


FORMS = [
    "password = '{}'",
    'public string Password {{ get; set; }} = "{}";',
    'public string DbPassword {{ get; init; }} = "{}";',
    'os.getenv("DB_PASSWORD", "{}")',
    'os.environ.setdefault("DB_PASSWORD", "{}")',
    "define('DB_PASSWORD', '{}');",
    'ds.setPassword("{}");',
    '@Value("${{db.password:{}}}")',
    "psql ${{PGPASSWORD:-{}}}",
    "<key>Password</key>\n\t<string>{}</string>",
    "mysql -u root -p'{}' app",
    "curl -u admin:'{}' https://x.example",
    'curl --user admin:"{}" https://x.example',
    "net use z: \\\\srv\\share /user:milo '{}'",
    "pw: {}",
    "Pw = '{}'",
    "Пароль - {}",
    "Пароль — {}",
    "мой пароль {}",
    "我的密码是 {}",
]


@pytest.mark.parametrize("form", FORMS)
def test_every_password_in_every_form(form: str) -> None:
    """The whole value and nothing else."""
    for password in PASSWORDS:
        if password[0] == "-" and "db.password:" in form:
            continue  # an operator of shells
        assert secrets(form.format(password)) == [password], password


WORDS = [form for form in FORMS if "(" in form or "{ get" in form or "<key>" in form or "-p'" in form or ":'" in form]


@pytest.mark.parametrize("form", WORDS)
def test_words_where_nothing_else_can_stand(form: str) -> None:
    """What a variable is without a value, what a setter gets, what a property begins with."""
    for password in ("kelpharbor", "kelp harbor lantern", "hunter2"):
        if " " not in password or "${" not in form:
            assert secrets(form.format(password)) == [password], password


@pytest.mark.parametrize("label", LABELS)
def test_the_whole_value_behind_labels_of_any_language(label: str) -> None:
    """Signs that end a value in a list, and words that go on as passwords do."""
    for password in ("k@lp h4rbor!", "kelp7;DROP", "a,b9Xz7", "kel'p\"9X!", "kelp7`9Xz"):
        assert secrets(f"{label}: {password}\nand so on") == [password], password


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("пароль: kelp harbor lantern\n", ["kelp harbor lantern"]),
        ("パスワードはkelp7 harborです", ["kelp7 harbor"]),
        ("password: kelp7Harbor please reset it", ["kelp7Harbor"]),
        ("password: kelp7Harbor, user: milo", ["kelp7Harbor"]),
        ("password=kelp7Harbor,user=milo", ["kelp7Harbor"]),
        ("password=kelp7Harbor ./run.sh 5432:5432", ["kelp7Harbor"]),
        ("password: kelp7Harbor # 2024", ["kelp7Harbor"]),
        ("пароль: kelp7Harbor логин: milo", ["kelp7Harbor"]),
        ("Is the password: kelp7Harbor?", ["kelp7Harbor"]),
        ("пароль WPA2, пароль v2.0, пароль admin1", []),
        ("сменить пароль можно тут", []),
        ("def f(password=pw,retries)", []),
        ("pw = pwd.getpwnam(name); pw.pw_dir; compw: k7", []),
        ("${db.password} ${PASSWORD:?missing} ${PASSWORD:-} ${PASSWORD:-$OTHER}", []),
        ("public string Password { get; set; }", []),
        ('os.getenv("DB_PASSWORD", "") or os.getenv("DB_PASSWORD", default)', []),
        ('message("password", "Please choose another")', []),
        ("net use z: \\\\srv\\share /user:milo *", []),
        ("curl -u admin:'$PW' https://x.example", []),
        ("mysql -u root -p'$PW' app", []),
    ],
)
def test_where_a_value_ends(text: str, found: list[str]) -> None:
    """Beside near misses."""
    assert secrets(text) == found


@pytest.mark.parametrize(
    ("value", "stands"),
    [
        *(
            (value, True)
            for value in ("xxx", "xxxxxxxx", "XXXX-XXXX", "xxxx-xxxx-1234", "****4f2a", "xxx-your-key-here")
        ),
        *(
            (value, True)
            for value in ("sk-xxxxxxxxcdef", "xxxx...9f2c", "...9fK2mQx7", "0000", "<your key>", "{{ key }}")
        ),
        *(
            (value, False)
            for value in ("xxxhX7kq92Lm", "XXXmaria1987", "***hX7kq92Lm", "---k7Lm92Qx", "<b>9Xz7", "xx7Lm92")
        ),
    ],
)
def test_masks(value: str, stands: bool) -> None:
    """A mask with the end of a value behind it stands for one; a password may begin as masks do."""
    assert is_stand_in(value) is stands


# ------------------------------------------------------------------------------------------------------------- armors

BODY = [base64.b64encode(RANDOM.randbytes(48)).decode() for _ in range(9)]
BEGIN, END = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
ARMOR = [BEGIN, *BODY, "k7Qx9Q==", END]
LINES = {
    "plain": "{line}",
    "numbers of an agent's tool": "{number:6}→{line}",
    "numbers of grep": "{number}:{line}",
    "numbers of grep with a file": "conf/id_rsa-{number}-{line}",
    "numbers in a gutter": "{number:4} | {line}",
    "comment": "# {line}",
    "comment of C": " * {line}",
    "comment of Go": "// {line}",
    "table": "| {line} |",
    "quotation": "> {line}",
    "diff": "+{line}",
    "Visual Basic": '    "{line}" & vbLf & _',
    "Java": '    "{line}\\n" +',
}


def left(lines: list[str], form: str) -> list[str]:
    """Return the lines of base64 that stay."""
    text = "\n".join(form.format(number=number, line=line) for number, line in enumerate(lines, 1))
    (found,) = ANALYZER.analyze([Segment(pointer="/0", text=f"My file:\n{text}\nthat was it")])
    for span in reversed(found):
        place = span.start - 9, span.end - 9
        text = text[: max(place[0], 0)] + "#" + text[place[1] :]
    return [line for line in BODY if line in text]


@pytest.mark.parametrize("form", LINES)
def test_armors_with_something_before_each_line(form: str) -> None:
    """As tools, comments and tables show a file."""
    assert left(ARMOR, LINES[form]) == []


@pytest.mark.parametrize("form", ["plain", "numbers of an agent's tool", "comment", "quotation", "table"])
def test_armors_without_their_beginning(form: str) -> None:
    """Full lines of base64 before an end line; without it they may be anything."""
    assert left(ARMOR[1:], LINES[form]) == []
    assert left(ARMOR[1:-1], LINES[form]) == BODY


def test_openssh_keys_without_armor() -> None:
    """Their magic is enough."""
    raw = base64.b64encode(b"openssh-key-v1\0" + RANDOM.randbytes(400)).decode()
    for wrapped in (raw, "\n".join(raw[at : at + 70] for at in range(0, len(raw), 70))):
        (found,) = secrets(f"key: {wrapped} and more")
        assert found == wrapped


@pytest.mark.parametrize(
    "text",
    [
        f"The line {BEGIN} begins a key. " + "It is followed by lines of base64 and an end line. " * 8,
        f"{END}\nonly the end",
        f"{BODY[0]}\none line is no key\n{END}",
    ],
)
def test_armors_that_are_spoken_of(text: str) -> None:
    """A beginning or an end alone."""
    assert secrets(text) == []


# ------------------------------------------------------------------------------------------------------------- tokens


@pytest.mark.parametrize(
    "form", ["OKTA_API_TOKEN={}", "okta token {}", "Authorization: SSWS {}", "my okta key is '{}'"]
)
def test_okta(form: str) -> None:
    """A form of few letters counts behind its name only."""
    token = "00" + "".join(RANDOM.choices(string.ascii_letters + string.digits, k=39)) + "x"
    assert secrets(form.format(token)) == [token]
    assert secrets(f"see {token} now") == []


def test_nuget() -> None:
    """`oy2` and 43 small letters and digits; one fewer is none."""
    token = "oy2q7" + "".join(RANDOM.choices(string.ascii_lowercase + string.digits, k=41))
    assert secrets(f"push with {token} now") == [token]
    assert secrets(f"push with {token[:-1]} now") == []


@pytest.mark.parametrize(
    "unit",
    [
        "password: a1 ",
        "пароль a1 ",
        "пароль: a1,",
        "pw: a;",
        "b3BlbnNzaC1rZXktdjEA",
        f"{BODY[0]}\n",
        f"{END}\n",
        f"{BODY[0]}\n{END}\n",
        f"1→{BEGIN}\n",
        "okta ",
        "${password:",
        "curl -u a:'",
        "Password { get; ",
        "xxx",
        "xxx1",
        'getenv("password", "',
        "net use a /user:b ",
        "</key><string>",
    ],
)
def test_work_is_linear(unit: str) -> None:
    """For the beginnings of all these forms."""
    text = unit * (8_000 // len(unit))
    assert steps(lambda: secrets(text)) <= 300 * 8_000


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # short values, plainly random, behind names that mean nothing else
        ('JWT_SECRET="aB3$kf9!lQ"', ["aB3$kf9!lQ"]),
        ("SMTP_TOKEN=zu8Hq2Lw0", ["zu8Hq2Lw0"]),
        ("smtp_token=zu8Hq2Lw0", ["zu8Hq2Lw0"]),
        ("token = zu8Hq2Lw0 + x", []),
        ('AUTH_TOKEN="header-v2", SECRET="version2a", token: "user2Token3"', []),
        ('secret = "sha256Abc"; CSRF_TOKEN="csrfToken1"; token = "<eos2>"', []),
        ('SECRET_NAME="aB3kf9lQ" tokens="a1b2c3d4"', []),
        ("JWT_SECRET=process.env.X", []),
        # a password in prose
        ('my pw is "Tulp&Kaas7"', ["Tulp&Kaas7"]),
        ("the pw is Tulp&Kaas7.", ["Tulp&Kaas7"]),
        ("my pw is not working, the pw is stored in a vault, pw - none", []),
        # command lines and connection strings
        ("jdbc:oracle:thin:app/Egg34xxx@db:1521/x", ["Egg34xxx"]),
        ("sqlplus -s scott/t1ger9x@db", ["t1ger9x"]),
        ("jdbc:oracle:thin:@db:1521/x and jdbc:oracle:thin:app/${PASS}@db", []),
        ("sqlplus / as sysdba; sqlplus scott/<password>@db", []),
        ("http -a u:Blomst88x GET example.org", ["Blomst88x"]),
        ("https --auth u:Blomst88x example.org", ["Blomst88x"]),
        ("grep -a foo:bar9 x; ls -a x:y9z; http -a user example.org", []),
        ("snmpwalk -v2c -c Kommune32 router", ["Kommune32"]),
        ("snmpget -v3 -l authPriv -A Kommune32a -X Privat88x router", ["Kommune32a", "Privat88x"]),
        ("snmpwalk -v 2c -c public router; bash -c print1; gcc -c main2.c; curl -X POST9 x", []),
        ("db.example.org:5432:*:app:Egg34xxx", ["Egg34xxx"]),
        ("*:*:*:app:Egg34xxx", ["Egg34xxx"]),
        ("host:5432:*:a", []),
        # a folder is no password, and a password may be called so
        ("PWD=/workspace/app", []),
        ("OLDPWD=/\npwd: /srv/x\nPWD=~/work", []),
        ('"PWD": "/workspace/app", "OLDPWD": "C:\\\\work"', []),
        ("sudo: root : TTY=pts/0 ; PWD=/srv/app ; USER=root", []),
        ("PWD=Tr0ub4dor&3", ["Tr0ub4dor&3"]),
        ("pwd: /x8Kd#2!", ["/x8Kd#2!"]),
        ("DB_PWD=/srv9X/app7", ["/srv9X/app7"]),
        ("Server=db;UID=sa;PWD=kelp7!Harbor;", ["kelp7!Harbor"]),
    ],
)
def test_short_secrets_commands_and_folders(text: str, found: list[str]) -> None:
    """Hits beside near misses."""
    assert secrets(text) == found


def test_an_armor_in_colours() -> None:
    """Around the whole and around each line."""
    body = base64.b64encode(Random(7).randbytes(96)).decode()
    lines = ["-----BEGIN PRIVATE KEY-----", body[:64], body[64:], "-----END PRIVATE KEY-----"]
    for text in ("\x1b[32m" + "\n".join(lines) + "\x1b[0m", "\n".join(f"\x1b[32m{line}\x1b[0m" for line in lines)):
        assert secrets(text) == [text.removeprefix("\x1b[32m").removesuffix("\x1b[0m")]
