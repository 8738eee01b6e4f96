"""What the mirror says."""

from __future__ import annotations

from relay.upstream.mirror.reply import Ask, Tool, answer, cut, fill, pieces, read_rules


def _ask(text: str, **fields: object) -> Ask:
    return Ask(text=text, prompt=text, model="m", stream=False, **fields)  # type: ignore[arg-type]


def test_answer_repeats_placeholders() -> None:
    """The answer holds every placeholder of the prompt and is the same each time."""
    names = ("[PERSON_1]", "[PERSON_1_LAST]", "[PERSON_1_EMAIL]", "[EMAIL_ADDRESS_1]", "<CODE_12>")
    ask = _ask(f"Mail {' and '.join(names)}")
    text = answer(ask, {}).text
    assert all(name in text for name in names)
    assert "message to [PERSON_1_EMAIL]" in text
    assert answer(ask, {}).text == text


def test_rules() -> None:
    """Rules are read from words in the prompt."""
    assert read_rules("Hello. mirror: slow 0.5, please; mirror:echo Mirror: Cut") == {"slow": 0.5, "echo": 0, "cut": 0}
    assert read_rules("a mirror, an error 400") == {}


def test_mangle_alters_every_placeholder() -> None:
    """No placeholder is left as it was, and none is lost."""
    text = answer(_ask("[PERSON_1] [PERSON_2] [PERSON_3] [PERSON_4]"), {"mangle": 0}).text
    assert "\\[PERSON\\_1\\]" in text
    assert "[person_2]" in text
    assert "[PERSON_3]'s" in text
    assert "［PERSON_4］" in text


def test_tools() -> None:
    """A tool is called when forced, named or asked for; never after its result, never when forbidden."""
    tools = (Tool("look_up", {}), Tool("send_mail", {}))
    assert answer(_ask("hi", tools=tools), {}).calls == ()
    assert answer(_ask("hi", tools=tools, must_use="*"), {}).calls == (("look_up", 'example "as asked" \\ soon'),)
    assert answer(_ask("try send_mail", tools=tools), {}).calls[0][0] == "send_mail"
    assert len(answer(_ask("use it", tools=tools), {"parallel": 0}).calls) == 2
    assert answer(_ask("use it", tools=tools, after_tool=True), {}).calls == ()
    assert answer(_ask("use it", tools=tools, may_use=False), {}).calls == ()


def test_fill() -> None:
    """Values satisfy the schema, and placeholders go where their type's name says."""
    schema = {
        "type": "object",
        "properties": {
            "email": {"type": "string"},
            "kind": {"enum": ["x", "y"]},
            "count": {"type": "integer"},
            "list": {"type": "array", "items": {"type": "boolean"}},
            "inner": {"type": "object", "properties": {"n": {"type": ["number", "null"]}}},
        },
    }
    assert fill(schema, ["[PERSON_1]", "[EMAIL_ADDRESS_1]"]) == {
        "email": "[EMAIL_ADDRESS_1]",
        "kind": "x",
        "count": 1,
        "list": [True],
        "inner": {"n": 1.5},
    }


def test_pieces_and_cuts_lose_nothing() -> None:
    """Whatever is cut can be joined again."""
    text = "naïve — [EMAIL_ADDRESS_1] 🙂 " * 50
    assert "".join(pieces(text)) == text
    assert b"".join(cut(text.encode())) == text.encode()
