"""Documents: text goes back where it was, and the awkward cases of keys, nesting and forced fields hold."""

from __future__ import annotations

import json

import pytest

from relay.errors import ClientFault
from relay.wire.document import read_document
from relay.wire.fields import compile_table
from tests.counted import steps

TABLE = compile_table(
    """
[request]
order: late
text     S
args     Sj
free{}   S
calls{}  Sj
shape{}  K
plain{}  P
gone     X drop
who      X pseudonym
name     X name
store    X =false always
ids[]#   F   kind=token_ids
modes[]  F   kind=audio when=audio
stop     S   stop
stop[]   S   stop
photo    F   kind=image
ask      F   kind=stored_state
id       P
late     S
"""
)


def read(tree, *, forced=True):
    document = read_document(json.dumps(tree).encode(), TABLE, lambda text: f"p:{text}")
    document.force(forced)
    return document


def found(tree):
    return [(each.pointer, each.text, each.contract) for each in read(tree).segments]


@pytest.mark.parametrize(
    "tree, segments",
    [
        ({"text": "a", "late": "b"}, [("/late", "b", False), ("/text", "a", False)]),
        ({"text": ""}, []),
        ({"text": None}, []),
        ({"text": True}, []),
        ({"text": 1234567}, [("/text", "1234567", True)]),
        ({"text": 12345}, [("/text", "12345", True)]),
        ({"text": 9999}, []),
        ({"text": 1234567.25}, [("/text", "1234567.25", True)]),
        ({"text": ["a"]}, [("/text/0", "a", False)]),
        ({"id": "call_1|x y"}, [("/id", "call_1|x y", True)]),
        ({"id": "call_1-a.b:c/d+e="}, []),
        ({"id": 12345678}, []),
        ({"id": "536-22-1874"}, [("/id", "536-22-1874", True)]),
        ({"id": "203.0.113.77"}, [("/id", "203.0.113.77", True)]),
        ({"id": "123456"}, []),
        ({"id": "a123456"}, []),
        ({"id": "a123456789"}, [("/id", "a123456789", True)]),
        ({"modes": ["text", "Audio", "not a word"]}, [("/modes/2", "not a word", True)]),
        ({"shape": {"type": "object", "title": "T"}}, [("/shape/title", "T", True)]),
        ({"shape": {"a1": 1, "a@b.c": 2}}, [("/shape/a@b.c#", "a@b.c", True)]),
        ({"shape": {"a1234567": 1}}, [("/shape/a1234567#", "a1234567", True)]),
        ({"plain": {"a b": "c d", "e": "f"}}, [("/plain/a b#", "a b", True), ("/plain/a b", "c d", True)]),
        ({"free": {"a/b~c": "x"}}, [("/free/a~1b~0c#", "a/b~c", False), ("/free/a~1b~0c", "x", False)]),
        ({"free": [["x", 12345678]]}, [("/free/0/0", "x", False), ("/free/0/1", "12345678", True)]),
    ],
)
def test_makes_segments(tree, segments):
    """One row, one kind of leaf: what is text, what is contract, what is neither."""
    assert found(tree) == segments


@pytest.mark.parametrize(
    "forced, tree, forwarded",
    [
        (True, {}, {"store": False}),
        (True, {"store": True}, {"store": False}),
        (True, {"store": None}, {"store": False}),
        (None, {}, {}),
        (None, {"store": True}, {"store": False}),
        (None, {"store": False}, {"store": False}),
        (None, {"store": "yes"}, {"store": False}),
        (None, {"store": None}, {"store": False}),
        (False, {}, {}),
        (False, {"store": True}, {}),
        (False, {"store": False}, {}),
    ],
)
def test_a_field_against_storing_goes_where_it_is_wanted(forced, tree, forwarded):
    """`store` is put in, taken out, or left to the client; in no case does anything but false leave."""
    assert json.loads(read({**tree, "text": "a"}, forced=forced).encode()) == {"text": "a", **forwarded}


def test_stop_strings_are_listed():
    """Each text that ends an answer is told by its segment; an empty one ends nothing."""
    document = read({"text": "a", "stop": ["b", "", "c"]})
    assert [document.segments[index].pointer for index in document.stops] == ["/stop/0", "/stop/2"]
    assert [read({"stop": "b"}).segments[index].text for index in read({"stop": "b"}).stops] == ["b"]


def test_one_word_of_a_field_is_refused():
    """`when=audio` refuses that word in any letter case, and no other."""
    assert read({"modes": ["text", "Audio"]}).refused == (("/modes/1", "audio"),)
    assert read({"modes": ["text"]}).refused == ()


@pytest.mark.parametrize(
    "tree, forwarded",
    [
        ({"gone": {"deep": ["x"]}}, {}),
        ({"gone": None}, {}),
        ({"who": "me"}, {"who": "p:me"}),
        ({"who": {"id": 1}}, {}),
        ({"who": ""}, {"who": "p:"}),
        ({"name": "Maria Gonzalez"}, {"name": "user_p_Maria_Gonzalez"}),
        ({"name": "x" * 100}, {"name": "user_p_" + "x" * 57}),
        ({"store": True}, {}),
        ({"store": {"x": "y"}}, {}),
    ],
)
def test_strips(tree, forwarded):
    """What identifies the client is gone or a pseudonym when the document is read, whatever its type."""
    assert json.loads(read(tree).encode()) == {**forwarded, "store": False}


@pytest.mark.parametrize(
    "tree, refused",
    [
        ({"ids": [1, 2, 3]}, [("/ids", "token_ids")]),
        ({"ids": [[1], 2]}, [("/ids", "token_ids")]),
        ({"ids": []}, []),
        ({"photo": "data:image/png;base64,A"}, [("/photo", "image")]),
        ({"photo": "https://example.com/a"}, [("/photo", "remote_url")]),
        ({"photo": {"url": "HTTP://example.com/a"}}, [("/photo", "remote_url")]),
        ({"photo": None}, []),
        ({"photo": ""}, []),
        ({"ask": True}, [("/ask", "stored_state")]),
        ({"ask": False}, []),
        ({"ask": "yes"}, [("/ask", "stored_state")]),
        ({"future": "data:audio/wav;base64,AAAA"}, [("/future", "audio")]),
        ({"future": "data:application/pdf;name=a.pdf;base64,AAAA"}, [("/future", "file")]),
        ({"future": "QUJD" * 300}, [("/future", "file")]),
        ({"future": "QUJD" * 30}, []),
        ({"future": "data: of the year"}, []),
        # A pointer is shown to people; a key can be anything.
        ({"future": {"Maria Gonzalez": ["data:image/png;base64,A"]}}, [("/future/*/0", "image")]),
    ],
)
def test_refuses(tree, refused):
    """Content that no recognizer can read is listed with its kind; absent and empty values are not."""
    assert list(read(tree).refused) == refused


def replaced(tree, texts):
    document = read(tree)
    index = {each.pointer: number for number, each in enumerate(document.segments)}
    document.replace({index[pointer]: text for pointer, text in texts.items()})
    result = json.loads(document.encode())
    del result["store"]
    return result


def test_renames_keys_in_place():
    """A key keeps its position, and a value under it may change in the same or a later call."""
    tree = {"free": {"a": "1", "b c": {"d": "2"}, "e": "3"}}
    result = replaced(tree, {"/free/b c#": "k", "/free/b c/d": "v", "/free/e": "w"})
    assert json.dumps(result) == json.dumps({"free": {"a": "1", "k": {"d": "v"}, "e": "w"}})


def test_replaces_after_a_rename():
    """A second call finds values, keys and JSON text whose key has changed."""
    document = read(
        {"free": {"b c": "2"}, "args": '{"x":"1"}', "future": {"a b": "3"}, "calls": {"c d": "[5]", "e f": '["4"]'}}
    )
    index = {each.pointer: number for number, each in enumerate(document.segments)}
    document.replace({index["/free/b c#"]: "k", index["/future#"]: "past"})
    document.replace({index["/free/b c"]: "v", index["/args#/x"]: "y", index["/future/a b"]: "z"})
    document.replace({index["/free/b c#"]: "l", index["/calls/e f#"]: "m"})
    document.replace({index["/calls/e f#/0"]: "n"})
    assert json.loads(document.encode()) == {
        "free": {"l": "v"},
        "args": '{"x":"y"}',
        "past": {"a b": "z"},
        "calls": {"c d": "[5]", "m": '["n"]'},
        "store": False,
    }


def test_keys_that_become_equal_stay_two():
    """Redacting two keys to one text loses no member."""
    result = replaced({"free": {"a b": "1", "c d": "2"}}, {"/free/a b#": "[X]", "/free/c d#": "[X]"})
    assert result == {"free": {"[X]": "1", "[X]_2": "2"}}


def test_keys_may_swap_and_meet_others():
    """Renaming is one step for all keys of an object: a name that becomes free may be taken."""
    tree = {"free": {"a b": "1", "c d": "2", "[X]": "3"}}
    result = replaced(tree, {"/free/a b#": "c d", "/free/c d#": "a b"})
    assert list(result["free"].items()) == [("c d", "1"), ("a b", "2"), ("[X]", "3")]
    result = replaced(tree, {"/free/a b#": "[X]"})
    assert list(result["free"].items()) == [("[X]_2", "1"), ("c d", "2"), ("[X]", "3")]


@pytest.mark.parametrize(
    "grown",
    [
        lambda size: {"free": {f"key {number}": "v" for number in range(size)}},
        lambda size: {"free": {"list": [{f"key {number}": "v"} for number in range(size)]}},
        lambda size: {"calls": {"list": ['{"a b":"c"}'] * size}},
        lambda size: {"args": json.dumps([json.dumps(["a b"])] * size)},
        lambda size: {"future": [["a b"]] * size},
    ],
)
def test_replacing_everything_is_linear(grown):
    """A body made of keys, or of JSON text, is twice the work when it is twice as long."""

    def work(size: int) -> int:
        document = read(grown(size))
        return steps(lambda: document.replace(dict.fromkeys(range(len(document.segments)), "[X]")))

    assert work(800) < 2.2 * work(400)


def test_nested_json_text_is_written_at_its_depth():
    """JSON in a string in JSON in a string is opened, and each level is escaped once."""
    innermost = json.dumps({"who": 'Maria "M"'})
    middle = json.dumps({"body": innermost, "n": 7}, indent=1)
    outer = json.dumps({"payload": middle, "other": "x"}, separators=(" , ", " : "))
    new_innermost = innermost.replace(json.dumps('Maria "M"'), json.dumps('[P"1]'))
    new_middle = middle.replace(json.dumps(innermost), json.dumps(new_innermost))
    new_outer = outer.replace(json.dumps(middle), json.dumps(new_middle)).replace('"x"', '"y"')
    result = replaced({"args": outer}, {"/args#/payload#/body#/who": '[P"1]', "/args#/other": "y"})
    assert result["args"] == new_outer


def test_nesting_ends_in_plain_text():
    """Text nested deeper than the limit is one segment, so nothing is overlooked."""
    text = "canary"
    for _ in range(12):
        text = json.dumps({"a": text})
    segments = read({"args": text}).segments
    assert segments[-1].text.count("canary") == 1
    assert len(segments) < 12


def test_a_number_becomes_a_string():
    """A placeholder cannot stand for a number, so a replaced number is a string."""
    assert replaced({"free": {"a": 5551234567}}, {"/free/a": "[P]"}) == {"free": {"a": "[P]"}}
    assert replaced({"args": '{"a": 5551234567 }'}, {"/args#/a": "[P]"}) == {"args": '{"a": "[P]" }'}


def test_lone_surrogates_survive():
    """JavaScript cuts strings in the middle of a character; the rest of the request must not suffer."""
    document = read_document(rb'{"text":"a\ud83d","free":{"k":"b"},"args":"{\"x\":\"\\ud83d\"}"}', TABLE, str)
    assert [each.text for each in document.segments] == ["a\ud83d", "k", "b", "x", "\ud83d"]
    document.replace({2: "[B]", 4: "\ud83d!"})
    assert json.loads(document.encode()) == {
        "text": "a\ud83d", "free": {"k": "[B]"}, "args": '{"x":"\\ud83d!"}'
    }  # fmt: skip


def test_the_repr_of_a_document_and_its_segments_hold_no_text():
    """A traceback or log line that shows them shows nothing of the client's."""
    document = read({"text": "canary-7Q", "free": {"k": "canary-7Q"}, "args": '{"k":"canary-7Q"}'})
    assert "canary" not in repr(document)
    assert "canary" not in repr(document.segments)
    assert "canary" not in repr(document._nested[0].text.literals)


def test_a_pseudonym_that_fails_is_not_swallowed():
    """What goes wrong while stripping stops the request."""

    def fail(text: str) -> str:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        read_document(b'{"who":"me"}', TABLE, fail)


@pytest.mark.parametrize(
    "body, message",
    [
        (b'{"future":[' + b"{}," * 300_000 + b"{}]}", "400000 objects, arrays"),
        (b'{"future":[' + b"1," * 400_000 + b"1]}", "400000 objects, arrays"),
        (b'{"future":[' + b'"a",' * 250_000 + b'"a"]}', "250000 texts"),
        (b'{"args":"[' + rb"\"a\"," * 100_000 + rb"\"a\"" + b']"}', "100000 strings"),
    ],
)
def test_memory_is_bounded(body, message):
    """A body of very many very small things is refused; its text would be nothing beside what is built of it."""
    with pytest.raises(ClientFault, match=message):
        read_document(body, TABLE, str)


def test_punctuation_in_strings_is_no_structure():
    """A long text with many braces and commas is one text."""
    text = "{[,]}" * 400_000
    assert [each.text for each in read({"text": text}).segments] == [text]


@pytest.mark.parametrize("body, kind", [(b"[]", "array"), (b"1", "number"), (b"null", "null"), (b'"s"', "string")])
def test_names_the_type_that_it_found(body, kind):
    """A body of the wrong type is refused with its type."""
    with pytest.raises(ClientFault, match=f"JSON {kind}, expected an object"):
        read_document(body, TABLE, str)
