"""Secrets by their name, form and place: names, signs, carriers, passwords and labels are generated."""

from __future__ import annotations

import re
import string
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from benchmarks.secrets.__main__ import alarms, coverage
from benchmarks.secrets.carriers import CARRIERS
from benchmarks.secrets.negatives import negatives, program_files
from relay.detect.recognizers.secrets_labels import LABELS
from relay.detect.taxonomy import Group, describe
from relay.types import Segment
from tests.counted import steps
from tests.support import patterns_only

ANALYZER = patterns_only()
COVERED = 0.97  # of all forms in all carriers; with assignments of one form and 160 prefixes it was 0.65
# The same ones each time: of 40,000 passwords three hold a mask or an assignment of their own, and are read as that.
EXAMPLES = settings(max_examples=120, deadline=None)


def spans(text: str) -> list[tuple[int, int, str]]:
    (found,) = ANALYZER.analyze([Segment(pointer="/0", text=text)])
    return [(span.start, span.end, span.entity_type) for span in found if describe(span.entity_type).default]


def secrets(text: str) -> list[str]:
    """Return the values of the secrets group and the identifiers of clients in `text`."""
    return [
        text[start:end]
        for start, end, kind in spans(text)
        if describe(kind).group is Group.SECRET or kind == "ID_NUMBER"
    ]


def test_forms_are_covered_in_every_carrier() -> None:
    """Values made afresh from the documented forms are found in files, program text, prose, URLs, headers and logs."""
    shares, missed = coverage(spans)
    assert shares["all"] >= COVERED, missed.most_common(5)
    assert min(shares.values()) >= COVERED - 0.03, shares
    assert not [name for name, count in missed.items() if count == len(CARRIERS)]


@pytest.mark.parametrize("kind", sorted(negatives()))
def test_text_without_secrets(kind: str) -> None:
    """Stand-ins, calls, hashes, identifiers, prose and program text raise no alarm."""
    assert [kind for kind, _ in alarms(spans, negatives()[kind])] == []


def test_program_files_raise_few_alarms() -> None:
    """The standard library and packages that speak of passwords hold a few examples of them; 26 were reported once."""
    assert len(alarms(spans, program_files())) <= 12


# -------------------------------------------------------------------------------------------------------- assignments

_ENDINGS = st.sampled_from(["token", "secret", "api key", "secret key", "access key", "key", "creds", "auth token"])
_VENDORS = st.sampled_from(["acme", "harbor kelp", "milo", "billing v2", "north sea"])
_STYLES = {
    "snake": lambda words: "_".join(words),
    "kebab": lambda words: "-".join(words),
    "dotted": lambda words: ".".join(words),
    "screaming": lambda words: "_".join(words).upper(),
    "camel": lambda words: words[0] + "".join(map(str.capitalize, words[1:])),
    "pascal": lambda words: "".join(map(str.capitalize, words)),
}
_SIGNS = [
    "{n}={v}",
    "{n} = {v}",
    "{n}: {v}",
    "{n} := {v}",
    "{n} ?= {v}",
    "{n} ::= {v}",
    "{n} => '{v}'",
    "export {n}={v}",
    '"{n}": "{v}"',
    "'{n}' => '{v}',",
    '\\"{n}\\": \\"{v}\\"',
    'const {n}: string = "{v}"',
    'let {n}: &str = "{v}";',
    'var {n} string = "{v}"',
    'private static final String {n} = "{v}";',
    '{n}: Optional[str] = "{v}"',
    "{n} = b'{v}'",
    'char {n}[] = "{v}";',
    '${n} .= "{v}"',
    '{n} || "{v}"',
    'put("{n}", "{v}")',
    "os.Setenv('{n}', '{v}')",
    "--{n} {v}",
    "--{n}={v}",
    "setenv {n} {v}",
    "<{n}>{v}</{n}>",
    '<add key="{n}" value="{v}" />',
    "<key>{n}</key>\n<string>{v}</string>",
    "<name>{n}</name>\n  <value>{v}</value>",
    'variable "{n}" {{\n  type = string\n  default = "{v}"\n}}',
    "- {n} - '{v}'",
    '- name: {n}\n  value: "{v}"',
    '{{"name": "{n}", "value": "{v}"}}',
    'if {n} == "{v}":',
    "{n}: |\n  {v}",
    "f({n}='{v}', x=1)",
    "https://example.com/?{n}={v}&page=2",
    "{n} is {v}, rotate it",
    "[DEBUG] using {n}={v}",
    "| {n} | x |\n{n}: `{v}`",
    'buildConfigField "String", "{n}", "\\"{v}\\""',
    'd["{n}"] = "{v}"',
    '{n}="{v}" # old',
    "**{n}**: {v}",
    "-D{n}={v}",
    '{n}=SecretStr("{v}")',
    '{n}: str = Field(default="{v}")',
    '{n} = environ.get("NAME", "{v}")',
    'client.set_{n}("{v}")',
    "the {n} for prod is {v}",
    "{n} (prod): {v}",
]


@st.composite
def random_values(draw: st.DrawFn) -> str:
    random = Random(draw(st.integers(0, 2**32)))
    alphabet = draw(st.sampled_from([string.ascii_letters + string.digits, "0123456789abcdefghijklmnopqrstuvwxyz"]))
    body = "".join(random.choice(alphabet) for _ in range(draw(st.integers(20, 48))))
    assume("xxxx" not in body.lower())  # that is how a value is masked
    return f"7k3{body}q9"


@pytest.mark.parametrize("sign", _SIGNS)
@settings(max_examples=25, deadline=None)
@given(vendor=_VENDORS, ending=_ENDINGS, style=st.sampled_from(sorted(_STYLES)), value=random_values())
def test_a_value_is_found_behind_any_name_and_sign(sign: str, vendor: str, ending: str, style: str, value: str) -> None:
    """Whatever the case style of the name and the language of the assignment: the value, whole, and nothing else."""
    name = _STYLES[style]([*vendor.split(), *ending.split()])
    assert secrets(sign.format(n=name, v=value)) == [value]


_OTHER_NAMES_TEXT = (
    "primary_key foreignKey cache-key sortKey ROW_KEY s3_key public_key idempotencyKey partition.key object_key monkey "
    "turkey keyboard compass bypass tokenizer secretary passing authors keyword tokens_per_s key_size"
)
_OTHER_NAMES = frozenset(_OTHER_NAMES_TEXT.split())


@given(
    name=st.sampled_from(sorted(_OTHER_NAMES)),
    sign=st.sampled_from(["{n}={v}", '"{n}": "{v}"', "{n}: {v}", 'const {n} = "{v}"', "<{n}>{v}</{n}>"]),
    value=st.one_of(st.uuids().map(str), st.binary(min_size=32, max_size=32).map(bytes.hex)),
)
@EXAMPLES
def test_other_names_are_near_misses(name: str, sign: str, value: str) -> None:
    """A key of a row or a cache, and words that only hold such a word, take a UUID or a digest."""
    assert secrets(sign.format(n=name, v=value)) == []


@given(
    name=st.sampled_from(["HEROKU_KEY", "hubspotToken", "snyk-token", "acme.secret"]),
    value=st.uuids(version=4).map(str),
)
@EXAMPLES
def test_a_uuid_can_be_a_key(name: str, value: str) -> None:
    """Behind the name of a secret; in `key: …` it identifies."""
    assert secrets(f'{name} = "{value}"') == [value]
    assert secrets(f"key: {value}") == []


# ---------------------------------------------------------------------------------------------------------- passwords

_PUNCTUATION = "!#$%&*+,-./:;<=>?@[]^_{|}~'\"()"


@st.composite
def passwords(draw: st.DrawFn, signs: str) -> str:
    """Draw letters and digits with `signs` between them."""
    inner = draw(st.text(alphabet=signs + "kKhH37", min_size=4, max_size=16))
    # Three stars or dots mask a value.
    value = f"Kelp7{inner}rQ".replace("***", "*k").replace("...", ".k")
    assume(re.match(r"[\w.]+\(", value) is None)  # a call is code
    return value


@given(value=passwords(_PUNCTUATION.replace("<", "").replace(">", "").replace("&", "").replace(";", "")))
@EXAMPLES
def test_a_password_of_a_settings_file_is_taken_whole(value: str) -> None:
    """Whatever signs it has, and inside quotes with spaces, too."""
    assert secrets(f"PORT=1\nDB_PASSWORD={value}\nHOST=db\n") == [value]
    quoted = value.replace('"', "").replace("\\", "")
    assert secrets(f'password = "{quoted} x!"') == [f"{quoted} x!"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("password: kelp7Harbor! and user root", ["kelp7Harbor!"]),
        ("is the password: kelp7Harbor?", ["kelp7Harbor"]),
        ("(password: kelp7Harbor).", ["kelp7Harbor"]),
        ("password=kelp7Harbor;user=milo", ["kelp7Harbor"]),
        ('if ("kelp7Harbor!" === passwd) {', ["kelp7Harbor!"]),
        ('if ("username" == passwordField) {', []),
        ('password == "kelp7Harbor!"', ["kelp7Harbor!"]),
        ("<password>kelp harbor</password>", ["kelp harbor"]),
        ("https://<user>:<password>@example.com", []),
        ('["password", "email"] ("password", "password2")', []),
        ("dbPass=kelp7Harbor USER_PWD=kelp8Harbor", ["kelp7Harbor", "kelp8Harbor"]),
        ("DB_PASSWORD=os.environ['X']", []),
        ("password = await fetchToken(user)", []),
        ("<secret>{ORYOOQSGFZQpu9zFd7JeCr09mOuXt29a}</secret>", ["ORYOOQSGFZQpu9zFd7JeCr09mOuXt29a"]),
        ("asanaClientId = '8407367155109384'", ["8407367155109384"]),
        ("wifi password - Kelp7harbor", ["Kelp7harbor"]),
        ("password - required", []),
        ('user.setPassword("kelp7Harbor"); getpass("Enter password 2: ")', ["kelp7Harbor"]),
        ('password = os.getenv("DB_PASSWORD_2")', []),
        ("SECRET_KEY = 'django-insecure-9fk2mqx7lr4!@#$%'", ["django-insecure-9fk2mqx7lr4!@#$%"]),
        ('"private_key_id": "0fb9102f29a422eb14ab2f2d0f0cc022238daceb"', ["0fb9102f29a422eb14ab2f2d0f0cc022238daceb"]),
        ("pass phrase = 'kelp harbor 7'", ["kelp harbor 7"]),
        ("order_id = '8407367155109384'", []),
        # what holds an address is no address
        ('password = "maria@harbor.example and 7 more"', ["maria@harbor.example and 7 more"]),
        ('{"password": "more maria@harbor.example"}', ["more maria@harbor.example"]),
        ("DB_PASSWORD=jo@kelp.example!x7\n", ["jo@kelp.example!x7"]),
        ('password = "maria@harbor.example"', []),
        ('to = "maria@harbor.example and 7 more"', []),
        # a bracket that is not closed stands for nothing, unless words are behind it
        ('password = "[%Kelp}7"', ["[%Kelp}7"]),
        ("password = '<Kelp7>!h'", ["<Kelp7>!h"]),
        ('pwd: "{k~lp7"', ["{k~lp7"]),
        ('password = "<your password"', []),
        ('password = "[hidden"', []),
        ('password = "{{ vault.db_pass }}"', []),
        ("password = \"Kelp7:('~H@?)!:'rQ\"", ["Kelp7:('~H@?)!:'rQ"]),
        # a semicolon inside of quotes or braces
        ('Server=db;Uid=app;Pwd="kelp;harbor";Database=x', ["kelp;harbor"]),
        ("Server=db;Password='kel;p7;H';Database=x", ["kel;p7;H"]),
        ("jdbc:sqlserver://h;user=sa;password={kel;p7};encrypt=true", ["kel;p7"]),
        ("Server=db;Pwd=kelp7;Harbor=x;", ["kelp7"]),
    ],
)
def test_passwords_in_text(text: str, found: list[str]) -> None:
    """The value, where it ends, beside near misses."""
    assert secrets(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("curl -u milo:kelpharbor https://example.com", ["kelpharbor"]),
        ('curl -u "milo:kelp harbor 7" https://example.com', ["kelp harbor 7"]),
        ('curl --user "d2LkV78zLx!a:" https://localhost:9200', ["d2LkV78zLx!a"]),
        ("curl -u $USER:$PASS https://example.com", []),
        ("curl -u milo https://example.com", []),
        ("smbclient -U milo%kelp7Harbor //files/share", ["kelp7Harbor"]),
        ("psexec \\\\files -u milo -p Harbor7kelp cmd", ["Harbor7kelp"]),
        ("psexec64.exe \\\\files -p 'Harbor 7' cmd", ["Harbor 7"]),
        ("mysql -u root -pkelp7Harbor app", ["kelp7Harbor"]),
        ("mysql -u root -p app1", []),
        ("docker login -u milo -p kelp7Harbor registry.example.com", ["kelp7Harbor"]),
        ("docker run -p 8080:80 nginx", []),
        ("ssh -p 2222 host1.example.com; mkdir -p a/b1", []),
        ("redis-cli -a kelp7Harbor ping", ["kelp7Harbor"]),
        ("grep -a kelp7Harbor file", []),
        ("unzip -P kelp7Harbor a.zip", ["kelp7Harbor"]),
        ("tool --db-password kelp7Harbor run", ["kelp7Harbor"]),
        ("use the --password option to set one", []),
        ("openssl rsa -passin pass:kelp7Harbor", ["kelp7Harbor"]),
        ("machine files.example.com login milo password kelpharbor", ["kelpharbor"]),
        ("db.example.com:5432:app:milo:kelp7Harbor!\n", ["kelp7Harbor!"]),
        ("src/app.py:1234:rule:name:value2", []),
        ("ENV DB_PASSWORD kelp7Harbor", ["kelp7Harbor"]),
        ("CREATE USER milo IDENTIFIED BY 'kelp7Harbor'", ["kelp7Harbor"]),
        ('new NetworkCredential("milo", "kelpharbor")', ["kelpharbor"]),
        ("requests.get(url, auth=HTTPBasicAuth('milo', 'kelp7Harbor'))", ["kelp7Harbor"]),
        ('login("milo", "remember")', []),
        ("get(url, auth=('milo', 'kelp7Harbor'))", ["kelp7Harbor"]),
        ('ConvertTo-SecureString "kelp7Harbor" -AsPlainText', ["kelp7Harbor"]),
        ("echo 'kelp harbor' | sudo -S apt update", ["kelp harbor"]),
        ("echo Sommer | sudo -kS whoami", ["Sommer"]),
        ("printf '%s\\n' 'kelp7Harbor' | sudo -S id", ["kelp7Harbor"]),
        ("sudo -S id <<< 'kelp7Harbor'", ["kelp7Harbor"]),
        ("echo kelpharbor | docker login -u milo --password-stdin", ["kelpharbor"]),
        ("echo 'root:kelp7Harbor' | chpasswd", ["kelp7Harbor"]),
        ("echo 'hello' | sudo tee f; echo done | sudo -E bash; echo $PW | sudo -S id; sudo -S true", []),
        ("htpasswd -b /etc/nginx/.htpasswd milo kelpharbor", ["kelpharbor"]),
        ("htpasswd -cB -b .htpasswd-new milo kelpharbor", ["kelpharbor"]),
        ("htpasswd -bnBC 10 milo 'kelp harbor'", ["kelp harbor"]),
        ("htpasswd -c .htpasswd milo; htpasswd -b FILE USER PASSWORD", []),
        ("openssl genrsa -passout pass:kelpharbor 4096", ["kelpharbor"]),
        ("openssl enc -pass 'pass:kelp harbor'", ["kelp harbor"]),
        ("openssl enc -aes-256-cbc -k kelp7Harbor", ["kelp7Harbor"]),
        ("openssl enc -pass stdin; openssl req -passout file:pw.txt -passin env:PW; curl -k host7", []),
        ("gpg --batch --passphrase kelpharbor -c f", ["kelpharbor"]),
        ("gpg --passphrase 'kelp harbor 7' -d x", ["kelp harbor 7"]),
        ("mysqldump -u root --password=kelpharbor app", ["kelpharbor"]),
        ("gpg --batch --passphrase-fd 0; gpg --passphrase $PW; gpg --passphrase <value>", []),
        ("gpg has a --passphrase option; use --batch --password with care; --password value", []),
        ("sshpass -p kelpharbor ssh milo@h", ["kelpharbor"]),
        ("sshpass -pkelpharbor ssh h", ["kelpharbor"]),
        ("SSHPASS=kelpharbor sshpass -e ssh h", ["kelpharbor"]),
        ("sshpass -e ssh h; sshpass -f pw.txt ssh h; sshpass -p $PW ssh h", []),
        ("mysql -u root -pkelpharbor app", ["kelpharbor"]),
        ("mysqldump -u root -p'kelp harbor' app", ["kelp harbor"]),
        ("mysqladmin -u root password kelp7Harbor", ["kelp7Harbor"]),
        ("mysql -u root -p; mysql -P 3306 -h db; netstat -plnt; mkdir -pv x; nmap -p1-65535 h; tar -pxf a", []),
        ("kubeadm join --token abcdef.78ec16c03888ad3e", ["abcdef.78ec16c03888ad3e"]),
    ],
)
def test_commands_and_files_of_log_ins(text: str, found: list[str]) -> None:
    """The password of programs that take one; ports, folders and the names of options are none."""
    assert secrets(text) == found


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("form", ["{n}: {v}", "{n} = {v}", "{n}：{v}", '"{n}": "{v}"', "  {N}: {v}\n", "x ({n}: {v})"])
def test_labels_in_other_languages(label: str, form: str) -> None:
    """Any label, any sign, in capitals too."""
    assert secrets(form.format(n=label, N=label.capitalize(), v="Kelp7!harbor")) == ["Kelp7!harbor"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("пароль: qwerty", ["qwerty"]),
        ("Пароль: обязателен, см. ниже", []),
        ("Пароль от почты: Kelp7harbor", ["Kelp7harbor"]),
        ("我的密码是kelp7harbor", ["kelp7harbor"]),
        ("请输入密码：", []),
        ("hasło: wymagane", []),
        ("parola: obbligatoria", []),
        ("токен: 9fK2mQx7Lr4TzVb81cNs", ["9fK2mQx7Lr4TzVb81cNs"]),
        ("ключ: значение", []),
    ],
)
def test_labels_beside_near_misses(text: str, found: list[str]) -> None:
    """Words of prose behind a label are no passwords."""
    assert secrets(text) == found


# --------------------------------------------------------------------------------------------------------------- URLs


@given(
    user=st.sampled_from(["milo", "app-1", ""]),
    password=st.tuples(passwords("#/:!$%&*+,-.=~"), st.sampled_from(["", "@x9", "@"])).map("".join),
    host=st.sampled_from(["db.harbor-kelp.com", "localhost", "db1:5432", "[::1]:5432"]),
    rest=st.sampled_from(["", "/app", "/app?x=1", "\n", " and more", '"']),
)
@EXAMPLES
def test_credentials_of_a_url(user: str, password: str, host: str, rest: str) -> None:
    """Whatever signs the password has, all of it is covered, and the host stays."""
    text = f"postgresql://{user}:{password}@{host}{rest}"
    place = text.index(password)
    covered = {at for start, end, _ in spans(text) for at in range(start, end)}
    assert all(place + at in covered for at, char in enumerate(password) if char.isalnum())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://user:pass@db.harbor-kelp.com", ["user:pass"]),
        ("postgresql://user:secret@localhost/db", ["user:secret"]),
        ("https://milo:p#ss/w@rd@localhost/x", ["milo:p#ss/w@rd"]),
        ("https://user:${PASSWORD}@example.com https://$U:$P@example.com", []),
        ("https://user:your-password@example.com https://user:xxxx@example.com", []),
        ("http://localhost:8080/@fs/src/main.ts and x@2x.png", []),
        ("https://example.com/@milo/a:b@2", []),
        ("ssh://git@example.com:22/x.git", []),
        ("http://host:80/a:b@c", []),
    ],
)
def test_urls_beside_near_misses(text: str, found: list[str]) -> None:
    """Weak words are credentials in a URL; variables, ports and paths are none."""
    assert secrets(text) == found


# ---------------------------------------------------------------------------------------------------------- structure


@pytest.mark.parametrize("joint", ['" +\n"', '\\n" +\n    "', "\\n", "',\n'", '"\n  "', "\\\\n"])
@given(
    lines=st.lists(
        st.text(alphabet=string.ascii_letters + string.digits + "+/", min_size=56, max_size=64), min_size=1, max_size=9
    )
)
@settings(max_examples=20, deadline=None)
def test_a_private_key_split_in_program_text(joint: str, lines: list[str]) -> None:
    """However the lines are joined, all of it is one value."""
    lines = [line[:30] + "7" + line[30:] for line in lines]
    key = joint.join(["-----BEGIN RSA PRIVATE KEY-----", *lines, "-----END RSA PRIVATE KEY-----"])
    assert secrets(f'key = "{key}"') == [key]


@pytest.mark.parametrize(
    "text",
    [
        'if "-----BEGIN RSA PRIVATE KEY-----" in text or "-----END RSA PRIVATE KEY-----" in text:',
        "-----BEGIN PUBLIC KEY-----\nMIIB7kelp\n-----END PUBLIC KEY-----",
        "$1 costs $2, $6 more; echo $2a$12 {SHA} $argon2",
        "pbkdf2_sha256 and bcrypt: see the docs",
        "eyJub3RoaW5nIjoxfQ.eyJub3RoaW5nIjoxfQ",
    ],
)
def test_structures_that_are_none(text: str) -> None:
    """Markers alone, public keys, names of algorithms, JSON without a header of a token."""
    assert secrets(text) == []


@pytest.mark.parametrize(
    "scheme", ["Bearer ", "Basic ", "Api-Token ", "Api-Key ", "Token ", "token ", "KeyAuth-V2 ", ""]
)
@given(value=random_values())
@settings(max_examples=10, deadline=None)
def test_any_scheme_of_authorization(scheme: str, value: str) -> None:
    """The credentials are taken, the scheme stays."""
    assert secrets(f"Authorization: {scheme}{value}") == [value]
    assert secrets(f'req.Header.Set("Authorization", "{scheme}{value}")') == [value]
    assert secrets(f'req.Header.Set("X-Octopus-ApiKey", "{value}")') == [value]


@given(
    words=st.lists(
        st.sampled_from(["user", "agent", "data", "button", "primary", "chunk", "vendors", "kelp"]),
        min_size=2,
        max_size=6,
    ),
    number=st.integers(0, 10**8),
    joint=st.sampled_from("_-"),
)
@EXAMPLES
def test_names_are_no_unknown_tokens(words: list[str], number: int, joint: str) -> None:
    """A prefix with many letters behind it: names in programs, builds and paths."""
    camel = "".join(map(str.capitalize, words))
    assert secrets(f"see my{joint}{camel}{number}And{camel} and {joint.join(words)}{joint}{number}") == []


# Names, signs and openings again and again, which every expression of this grammar begins to match.
_SLOW = (
    'key |token is |password="|key="a" value=|secret<|<key>|pass(|token="\\"|://a:|://a:b@|$2b$12$|$6$a$|a_b_c_| -p'
    '|-----BEGIN PRIVATE KEY-----"|A1b2_A1b2C3d4E5f6G7h8I9j0K1l2M3n4|пароль: |密码是|parola x |:5432:a:b:'
    '|variable token { |"x" == |"a" == "b" == password'
)


@pytest.mark.parametrize("unit", _SLOW.split("|"))
def test_work_is_linear(unit: str) -> None:
    """At most as many steps for each character as other recognizers take, whatever the text is made of."""
    text = (unit * (8_000 // len(unit) + 1))[:8_000]
    assert steps(lambda: patterns_only().analyze([Segment(pointer="/0", text=text)])) <= 300 * len(text)
