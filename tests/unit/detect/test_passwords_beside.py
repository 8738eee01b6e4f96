"""Passwords in everyday forms: dressed in markup, behind a blank or a bar, below their label, in pairs and arrays.

Each group has the texts beside it that look alike and hold none.
"""

from __future__ import annotations

import pytest

from relay.detect.entropy import stands_out
from relay.detect.taxonomy import Group, describe
from relay.types import Segment
from tests.counted import steps
from tests.support import patterns_only

PASSWORDS = ("Sommer2024!", "Vx4#tmQz8w")


def secrets(text: str) -> list[str]:
    (found,) = patterns_only().analyze([Segment(pointer="/0", text=text)])
    kinds = {"CARD_CVV", "POSTCODE"}
    return [
        text[span.start : span.end]
        for span in found
        if describe(span.entity_type).group is Group.SECRET or span.entity_type in kinds
    ]


FORMS = {
    "dressed": (
        '<p>Password: <span style="color:red">{}</span></p>',
        "<b>Password:</b> {}",
        "<li><b>Password:</b> <code>{}</code></li>",
        "<label>Password</label>: <code>{}</code>",
        "Password:<br>{}",
        "**password:** {}",
        "__Password:__ {}",
        "- **Password:** `{}`",
        "Password → {}",
        "password ⇒ {}",
        "| Password | {} |",
        "| **Password** | `{}` |",
        "|Password|{}|",
        "| User | app | Password | {} |",
        "DB_PASSWORD=\\\n{}",
        "DB_PASSWORD=\\\n    {}",
    ),
    "of somebody": (
        "Password for app@db.example.com: {}",
        "Password for app: {}",
        "[sudo] password for nora: {}",
        "Enter password for user 'nora': {}",
        "Passwort für nora: {}",
        "set the password to {}",
        "please change the app password to {}.",
        "the password was changed to {}",
        "password set to {}",
        "Passwort auf {} gesetzt",
    ),
    "behind a blank": (
        "pw {}",
        "pwd {}",
        "password {}",
        "requirepass {}",
        "CONFIG SET requirepass {}",
        "masterauth {}",
        "sentinel auth-pass mymaster {}",
        "SET db:password {}",
        'SET "db:password" "{}"',
        "consul kv put db/password {}",
        "etcdctl put /db/password {}",
    ),
    "below": (
        "Password\n{}",
        "Password\n\n{}",
        "Username\nnora\nPassword\n{}\nTeam\nblue",
        "**Password**\n{}",
        "> password\n> {}",
        "passwords:\n  - {}",
        "passwords:\n  - rotate\n  - '{}'  # old",
    ),
    "in pairs": (
        "creds: app / {}",
        "Credentials: app / {}",
        "u/p: app/{}",
        "login: app / {}",
        "username/password: app / {}",
        '<input value="{}" type="password" name="pw">',
        '<input type="password" name="x" value="{}"/>',
        "WIFI:T:WPA;S:net;P:{};;",
        "env:\n  - name: POSTGRES_PASSWORD\n    # rotate me\n    value: {}",
        'env:\n  - name: POSTGRES_PASSWORD\n    description: x\n    value: "{}"',
        "env:\n  - value: {}\n    name: POSTGRES_PASSWORD",
        'env:\n  - value: "{}"\n    # rotate me\n    name: POSTGRES_PASSWORD',
    ),
    "in arrays": (
        'command: ["redis-server", "--requirepass", "{}"]',
        "command: [app, --password, {}]",
        "args:\n  - --password\n  - {}\n",
        'args:\n  - "--password"\n  - "{}"\n',
        '["mysql", "-uroot", "-p{}"]',
        "subprocess.run(['mysql', '-u', 'root', '-p{}'])",
        '["sshpass", "-p", "{}", "ssh", "x"]',
        '["redis-cli", "-a", "{}"]',
        '["curl", "-u", "app:{}", "--fail"]',
    ),
    "in commands": (
        'ConvertTo-SecureString -String "{}" -AsPlainText -Force',
        "ConvertTo-SecureString -AsPlainText '{}' -Force",
        "rabbitmqctl add_user app {}",
        "rabbitmqctl change_password app {}",
        "composer config http-basic.x app {}",
        "poetry config http-basic.x app {}",
        "bundle config gems.example.com app:{}",
        "bundle config set --global gems.example.com app:{}",
        "aws ssm put-parameter --name /app/db/password --value {} --type SecureString",
        'aws ssm put-parameter --type SecureString \\\n  --value "{}"',
        "aws secretsmanager create-secret --name db --secret-string '{}'",
        'echo "app:{}" | sudo chpasswd',
        "echo app:{} | chpasswd",
        "CREATE USER 'a'@'%' IDENTIFIED WITH mysql_native_password BY '{}'",
        "create user a identified by '{}'",
        "CREATE LOGIN a WITH PASSWORD = N'{}'",
    ),
}
NEAR_MISSES = {
    "dressed": (
        "<b>Password:</b> required",
        "<b>Password</b> must be 8+ characters",
        "<p>Password: <span>required</span></p>",
        "password: <br>Forgot password?",
        "**Password:** required",
        "**Password**: see the vault",
        "Password → Settings",
        "Password → SHA256",
        "| Password | required |",
        "| password | varchar(255) | no |",
        "| Password | 8+ chars |",
        "| password | Sommer2024! or so |",
        "| PASSWORD_RESET | 2031-05-01T10:00:00Z |",
        "DB_PASSWORD=\\\n$PW",
        "password = get_password()",
    ),
    "of somebody": (
        "password for the app is stored in Vault",
        "Password for app: required",
        "Password for users: ask Nora",
        "Password for app: $APP_PW",
        "[sudo] password for nora: \nReading package lists...",
        "set the password to something long",
        "set the password to at least 8 characters",
        "reset the password to continue",
        "set the password in 1Password",
        "The password was changed to comply with ISO-27001",
        "add the password to vault2",
        "the password: is required",
    ),
    "behind a blank": (
        "pw is wrong",
        "pw 2",
        "password v2.0",
        "passwd nora2",
        "pass Foo!2bar9 to f",
        "pwd /srv/app-2/X",
        "Password hashing with PBKDF2-HMAC-SHA256",
        "compass Ab12!3456x",
        "SET db:password $PASSWORD",
        "requirepass <password>",
        "consul kv put db/password @file2",
        "consul kv put db/region eu-west-1",
    ),
    "below": (
        "Password\nMust have 8 characters",
        "Password\nForgot password?",
        "Password\nv2.3.1",
        "Password\nnora2@example.org",
        "Password\n2031-05-01T10:00:00Z",
        "Password\n========\n",
        "for x in y:\n    pass\n\nar_iter[0].Name2\n",
        "Type the password\nSommer2024! it is not",
        "passwords:\n  - must have 8 characters\n  - expire after 90 days",
        "passwords:\n  - min_length: 8",
        "passwords:\n  - ${PW}",
    ),
    "in pairs": (
        "creds: see wiki / ask Nora",
        "Credentials: app / readonly",
        "Credentials: OAuth2 / OpenID2",
        "login: see docs/setup2.md",
        "access: read/write2",
        '<input type="password" name="pw" placeholder="8+ chars">',
        '<input type="password" value="{{ pw }}">',
        '<input type="text" value="Sommer2024!">',
        '<input value="Sommer2024!"><input type="password">',
        "WIFI:T:nopass;S:net;P:;;",
        "env:\n  - name: POSTGRES_PASSWORD\n    # rotate me\n  - name: HOST\n    value: Sommer2024!",
        "env:\n  - name: DB_PASSWORD\n    valueFrom:\n      secretKeyRef:\n        name: db\n        key: password",
        "env:\n  - value: Sommer2024!\n    name: REGION\n  - name: DB_PASSWORD\n    valueFrom: x",
    ),
    "in arrays": (
        '["app", "--password", "$PASSWORD"]',
        '["--password-file", "/run/secrets/pw"]',
        '["--password", "--host"]',
        '["mysql", "-p"]',
        '["docker", "run", "-p", "8080:80", "nginx"]',
        '["docker", "-p8080:80"]',
        '["mkdir", "-p", "/srv/App2!"]',
        '["bash", "-c", "echo Hi2!"]',
        '["chown", "-u", "nora:staff"]',
        "args:\n  - -p\n  - 8080:80\n",
        'parser.add_argument("--password", "-p", help="x1")',
    ),
    "in commands": (
        "ConvertTo-SecureString -String $pw -AsPlainText -Force",
        "rabbitmqctl add_user NAME PASSWORD",
        "rabbitmqctl add_user app $RABBIT",
        "composer config repo.x vcs",
        "bundle config path vendor:Sommer2024!",
        "aws ssm put-parameter --name /app/region --value eu-central-1 --type String",
        "foo --value Abc123! --name thing",
        "gh issue create --body 'Fix 12 now!'",
        'echo "hello:w0rld" | sudo tee x',
        "return a library identified by 'name2'",
        "IDENTIFIED WITH caching_sha2_password BY RANDOM PASSWORD",
    ),
}


@pytest.mark.parametrize("form", [form for forms in FORMS.values() for form in forms])
def test_the_whole_value(form: str) -> None:
    """And nothing else."""
    for password in PASSWORDS:
        assert secrets(form.format(password)) == [password], password


@pytest.mark.parametrize("text", [text for texts in NEAR_MISSES.values() for text in texts])
def test_near_misses(text: str) -> None:
    """Words, references, versions, paths, and options that take something else."""
    assert secrets(text) == []


@pytest.mark.parametrize(
    "form", ["| Password | {} |", "Password → {}", "Password\n{}\n", "creds: app / {}", "username/password: app / {}"]
)
def test_a_word_with_a_number_alone_beside_its_label(form: str) -> None:
    """It is one where nothing else stands in the cell, on the line or in the pair; what is usually numbered is none."""
    for password in ("hunter2", "kelp7harbor2", "qwertz123"):
        assert secrets(form.format(password)) == [password], password
        assert secrets(f"pw {password}") == []
    for name in ("SHA256", "OAuth2", "utf8mb4", "step-2", "v2.1", "version2", "required", "user12"):
        assert secrets(form.format(name)) == [], name


def test_every_item_of_a_list() -> None:
    """But those that are words."""
    items = "".join(f"  - {item}\n" for item in ("Sommer2024!", "rotate", '"Vx4#tmQz8w"', "kelp7harbor"))
    assert secrets(f"passwords:\n{items}other:\n  - x2!yz\n") == ["Sommer2024!", "Vx4#tmQz8w", "kelp7harbor"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("| CVV | 493 |", ["493"]),
        ("| PIN | 4938 |", ["4938"]),
        ("<b>PIN:</b> 4938", ["4938"]),
        ("<p>PIN: <span style='x'>4938</span></p>", ["4938"]),
        ("**PIN:** 4938", ["4938"]),
        ("PIN → 4938", ["4938"]),
        ("Card\n4\nCVV\n493\nPIN\n4938", ["493", "4938"]),
        # near misses
        ("| GPIO pin | 1234 |", []),
        ("| pin | 17 |", []),
        ("| pins | 4821 |", []),
        ("<b>Port:</b> 4938", []),
        ("PIN → GPIO", []),
        ("zip\n12345 files", []),
        ("the door code\n482", []),
        ("gpio pin\n1234", []),
    ],
)
def test_short_numbers_in_the_same_dress(text: str, values: list[str]) -> None:
    """Labels of short numbers are joined to them by the same grammar."""
    assert secrets(text) == values


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((password, True) for password in (*PASSWORDS, "Sommer2024", "kelp7!harbor", "vx4tmqz8w")),
        *(
            (value, False)
            for value in ("hunter2", "SHA256", "release-2024.1", "PBKDF2-HMAC-SHA256", "a1b2c3d4", "x.y2")
        ),
        *(
            (value, False)
            for value in ("nora2@example.org", "f(x2, Y)", "HOST=Db2", "C:\\Tmp2!", "/srv/App2", "A1::bC2d")
        ),
        *((value, False) for value in ("2031-05-01T10:00:00Z", "${PASSWORD2}", "--Foo2!x", "Main_v2.java")),
    ],
)
def test_what_stands_out(value: str, expected: bool) -> None:
    """A password by itself, beside what is not quite one."""
    assert stands_out(value) is expected


def test_work_is_linear() -> None:
    """For labels without a value, and for values that are none."""
    for unit in (
        "password ",
        "| pw | x1 ",
        "Password\n",
        "pw → ",
        "passwords:\n  - a1\n",
        '["-p", ',
        "creds: a / ",
        "<input ",
    ):
        text = unit * (8_000 // len(unit))
        assert steps(lambda text=text: secrets(text)) <= 300 * 8_000, unit  # type: ignore[misc]
