"""What a tool read and the model writes back is what was read: files keep their URLs and their escapes."""

import json
from itertools import product

import pytest

from relay.exchange import Core
from tests.support import begin, chat, post

PATH = "/v1/chat/completions"
KEYS = [
    *(
        "DSN",
        "SENTRY_DSN",
        "CONNECTION_STRING",
        "connectionString",
        "secret",
        "APP_SECRET",
        "REPO_TOKEN",
        "credentials",
    ),
    *("password", "TOKEN_URL", "remote", "DATABASE_URL"),
]
URLS = [
    "postgres://app:Hunter2xx@10.0.0.5:5432/app",
    "amqps://user:Pa55w0rdz@mq.example.net/vhost",
    "HTTPS://u:Hunter2xx@h.example.com/x",
    "git+ssh://bob:Hunter2xx@git.example.com/r.git",
    "redis://:Hunter2xx@cache.example.com:6379/0",
    "sqlserver://sa:Hunter2xx@10.1.2.3:1433;databaseName=x",
]
FORMS = ['{}="{}"', "{}={}\n", "export {}='{}'", "{}: {}\n"]


def written_back(core: Core, text: str) -> tuple[str, str]:
    """Return what was sent for `text`, and what a tool is told to write when the model repeats it."""
    exchange = begin(core, PATH)
    try:
        content = json.loads(exchange.open(post(PATH, chat(text))).body)["messages"][0]["content"]
        call = {"id": "c", "type": "function", "function": {"name": "w", "arguments": json.dumps({"content": content})}}
        answer = {"choices": [{"index": 0, "message": {"role": "assistant", "content": None, "tool_calls": [call]}}]}
        exchange.start(200, (("content-type", "application/json"),))
        back = json.loads(exchange.feed(json.dumps(answer).encode()) + exchange.finish())
    finally:
        exchange.close()
    told = back["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]
    return content, json.loads(told)["content"]


@pytest.mark.parametrize("key", KEYS)
def test_a_url_under_the_name_of_a_secret(core: Core, key: str) -> None:
    """Its scheme is no part of the secret, so it is known as a URL, and comes back whole."""
    for url, form in product(URLS, FORMS):
        text = form.format(key, url)
        sent, written = written_back(core, text)
        assert written == text
        assert "Hunter2xx" not in sent
        assert "Pa55" not in sent


def test_a_scheme_is_nobodys_account(default_core: Core) -> None:
    """The model takes one for a name now and then."""
    for key, url in product(("TOKEN_URL", "jdbc_url", "remote", "CELERY_BROKER_URL"), URLS):
        text = f"export {key}='{url}'\nexport OTHER=1\n"
        assert written_back(default_core, text)[1] == text


@pytest.mark.parametrize("escape", ["\\n", "\\t", "\\r\\n", "\\\\n", "\\x00", "\\u000a"])
def test_the_letter_of_an_escape_is_none_of_the_mailbox(core: Core, escape: str) -> None:
    """So the placeholder stands for the address wherever the model puts it."""
    sent, written = written_back(core, f'"Hi,{escape}maria@example.org{escape}liam@example.com"')
    assert sent == f'"Hi,{escape}[EMAIL_ADDRESS_1]{escape}[EMAIL_ADDRESS_2]"'
    assert written == f'"Hi,{escape}maria@example.org{escape}liam@example.com"'
    sent, _ = written_back(core, f'maria@example.org wrote "{escape}maria@example.org"')
    assert sent == f'[EMAIL_ADDRESS_1] wrote "{escape}[EMAIL_ADDRESS_1]"'


@pytest.mark.parametrize("text", ["clone\\ngit@github.com:acme/x.git", "x\\tgit@host.example:y"])
def test_an_account_of_programs_behind_an_escape(core: Core, text: str) -> None:
    """As where it stands alone."""
    assert written_back(core, text) == (text, text)
