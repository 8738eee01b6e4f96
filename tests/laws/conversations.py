"""Conversations of every format, grown from a seed: what people, agents and providers write, values among it.

Values are also words of the protocol, names of packages and tools, identifiers and English words; they stand glued to
signs, in paths, code, JSON and its escapes, in base64 and percent-encoding, in keys and in what a provider signed.
"""

from __future__ import annotations

import base64
import html
import json
import random
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from relay.types import Span

__all__ = ["FORMATS", "WORDS", "Guesses", "conversation"]

PROTOCOL = [
    *("ephemeral", "text", "type", "user", "assistant", "system", "tool", "function", "object", "string"),
    *("name", "content", "role", "input", "auto", "required", "properties", "description", "thinking"),
    *("signature", "tool_use", "tool_result", "message", "messages", "model", "stream", "max", "low"),
    *("high", "none", "json_schema", "additionalProperties", "enum", "items", "default", "get_weather"),
    *("Read", "Bash", "Edit", "apply_patch", "parts", "contents"),
]
PACKAGES = [
    *("postgres", "docker", "babel", "react", "numpy", "requests", "ubuntu", "express", "lodash", "flask"),
    *("redis", "jordan", "ruby", "rails", "maven"),
]
CODE = [
    *("getUser", "user_id", "mgonzalez", "parse_args", "TestLogin", "main", "init", "x", "i", "self"),
    *("foo_bar", "README", "id_rsa", "index.ts", "a1b2c3"),
]
ENGLISH = [
    *("will", "mark", "rose", "grace", "summer", "garden", "hose", "the", "order", "is", "late", "please"),
    *("call", "back", "may", "june", "faith", "hope"),
]
NAMES = [
    *("Maria Gonzalez", "Jordan Miller", "Petra Lindqvist", "Will", "Grace", "张伟强", "Müller", "O'Neill"),
    "Nguyễn Mai",
]
VALUES = [
    *("maria.gonzalez@example.org", "4111 1111 1111 1111", "4242424242424242", "DE89370400440532013000", "536-22-1874"),
    *(
        "203.0.113.77",
        "192.168.1.1",
        "ghp_0123456789abcdefghijklmnopqrstu1Cv5r",
        "+1 415 555 0132",
        "7033391",
        "hunter2",
    ),
    *("2001:db8::7", "00:1A:2B:3C:4D:5E", "1985-03-12", "W4776164", "48213", "221 Baker Street", "c0rrect-h0rse"),
]
WORDS = [*PROTOCOL, *PACKAGES, *CODE, *ENGLISH, *NAMES, *VALUES]
SIGNS = [
    *" \n\t.,;:!?'\"`()[]{}<>/\\|@#$%^&*-_=+~",
    "\u3000",
    "，",
    "：",
    "é",
    "ф",
    "日",
    "ไ",
    "😀",
    "\u200b",
    "\u00ad",
    "\ufeff",
]
# How a word comes to be a value: each makes a text in which something finds it.
ASSIGNED = [
    *(
        "PASSWORD={}",
        "DB_PASSWORD={}\n",
        "password: {}",
        'api_key = "{}"',
        "export TOKEN={};",
        "login: {}\n",
        "user={}",
    ),
    *("/home/{}/app", "C:\\Users\\{}\\x.py", "git@{}:team/x.git", "@{}/core@7.22.9", "https://{}:pw@db.example.net/x"),
    *(
        "mailto:{}@example.org",
        "Dear {},",
        "Author: {} <{}@example.com>",
        "my name is {}.",
        "pid {}",
        "ssn {}",
        "--token {}",
    ),
    *('{{"{}": 1}}', '{{"name": "{}"}}', "<b title={}>", "{}?", "a[{}-2]", "[{}_1]", "{}({})", "`{}`", "{}\\n{}"),
]
ENCODED: list[Callable[[str], str]] = [
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: base64.urlsafe_b64encode(f"x{text}y".encode()).decode(),
    lambda text: quote(text, safe=""),
    lambda text: "".join(f"&#{ord(char)};" for char in text),
    html.escape,
    lambda text: json.dumps(text),
    lambda text: json.dumps(json.dumps({"v": text})),
    str.upper,
    str.lower,
]
SIGNATURE = "EqQB" + "Qk1T" * 20


class Guesses:
    """A model that takes some words for entities wherever they stand: which ones, and how surely, its seed decides."""

    labels = frozenset({"PERSON", "USERNAME", "PASSWORD", "ID_NUMBER", "STREET_ADDRESS", "LOCATION", "ORGANIZATION"})

    def __init__(self, seed: int) -> None:
        choice = random.Random(seed)
        taken = choice.sample(WORDS, 12)
        self._words = {word: (choice.choice(sorted(self.labels)), choice.choice((0.35, 0.6, 0.95))) for word in taken}

    def find_all(self, texts: list[str], memory: object = None) -> list[list[Span]]:
        """Return the spans of each text, disjoint and in order."""
        return [self._find(text) for text in texts]

    def _find(self, text: str) -> list[Span]:
        found: list[Span] = []
        for word, (label, score) in self._words.items():
            start = text.find(word)
            # Now and then it passes over a word, as models do.
            while start >= 0:
                if (start + len(text)) % 5:
                    found.append(Span(label, start, start + len(word), score, "ner"))
                start = text.find(word, start + len(word))
        found.sort(key=lambda span: (span.start, -span.end))
        disjoint: list[Span] = []
        for span in found:
            if not disjoint or span.start >= disjoint[-1].end:
                disjoint.append(span)
        return disjoint


class _Writer:
    def __init__(self, choice: random.Random) -> None:
        self.choice = choice

    def word(self) -> str:
        return self.choice.choice(WORDS)

    def text(self, most: int = 5) -> str:
        choice, pieces = self.choice, []
        for _ in range(choice.randint(1, most)):
            kind = choice.random()
            if kind < 0.45:
                pieces.append(self.word())
            elif kind < 0.75:
                pattern = choice.choice(ASSIGNED)
                pieces.append(pattern.format(*[self.word()] * pattern.count("{}")))
            elif kind < 0.85:
                pieces.append(choice.choice(ENCODED)(self.word()))
            else:
                pieces.append("".join(choice.choices(SIGNS, k=choice.randint(1, 4))))
            pieces.append(choice.choice((" ", " ", "\n", "", choice.choice(SIGNS))))
        return "".join(pieces)

    def tree(self, depth: int = 2) -> Any:
        choice = self.choice
        kind = choice.random()
        if depth == 0 or kind < 0.5:
            return self.text(3)
        if kind < 0.6:
            return choice.choice((5, 5362218740, 4155550132, True, None, 1.5))
        if kind < 0.7:
            return [self.tree(depth - 1) for _ in range(choice.randint(0, 3))]
        return {self.word(): self.tree(depth - 1) for _ in range(choice.randint(0, 3))}

    def arguments(self) -> dict[str, Any]:
        return {self.word(): self.tree() for _ in range(self.choice.randint(0, 3))}

    def schema(self) -> dict[str, Any]:
        names = list(dict.fromkeys(self.word() for _ in range(self.choice.randint(0, 4))))
        return {
            "type": "object",
            "properties": {
                name: {"type": "string", "description": self.text(3), "enum": [self.word()]} for name in names
            },
            "required": names[:2],
            "additionalProperties": False,
        }

    def property(self) -> dict[str, Any]:
        return {"type": "string", "description": self.text(3), "enum": [self.word()]}

    def tool_name(self) -> str:
        return self.choice.choice(("get_weather", "Read", "postgres", "jordan", "ephemeral", "Bash"))


def _chat(w: _Writer) -> tuple[str, Any]:
    messages: list[Any] = [{"role": "system", "content": w.text()}]
    for turn in range(w.choice.randint(1, 3)):
        messages.append(
            {"role": "user", "content": w.choice.choice((w.text(), [{"type": "text", "text": w.text()}] * 2))}
        )
        call = {"name": w.tool_name(), "arguments": json.dumps(w.arguments(), ensure_ascii=w.choice.random() < 0.5)}
        messages.append(
            {
                "role": "assistant",
                "content": w.text(),
                "tool_calls": [{"id": f"c{turn}", "type": "function", "function": call}],
            }
        )
        messages.append({"role": "tool", "tool_call_id": f"c{turn}", "content": w.text()})
    tool = {"name": w.tool_name(), "description": w.text(3), "parameters": w.schema()}
    body = {"model": "gpt-5", "messages": messages, "tools": [{"type": "function", "function": tool}], "user": w.word()}
    if w.choice.random() < 0.3:
        body["response_format"] = {"type": "json_schema", "json_schema": {"name": w.tool_name(), "schema": w.schema()}}
    return "/v1/chat/completions", body


def _responses(w: _Writer) -> tuple[str, Any]:
    items: list[Any] = []
    for turn in range(w.choice.randint(1, 3)):
        items.append({"type": "message", "role": "user", "content": [{"type": "input_text", "text": w.text()}]})
        signed = {"encrypted_content": "gAAAA" + "Qk1T" * 20} if w.choice.random() < 0.6 else {}
        items.append(
            {"type": "reasoning", "id": f"rs_{turn}", "summary": [{"type": "summary_text", "text": w.text()}], **signed}
        )
        arguments = json.dumps(w.arguments())
        items.append({"type": "function_call", "call_id": f"c{turn}", "name": w.tool_name(), "arguments": arguments})
        items.append({"type": "function_call_output", "call_id": f"c{turn}", "output": w.text()})
    tool = {"type": "function", "name": w.tool_name(), "description": w.text(3), "parameters": w.schema()}
    return "/v1/responses", {"model": "gpt-5", "instructions": w.text(), "input": items, "tools": [tool]}


def _messages(w: _Writer) -> tuple[str, Any]:
    messages: list[Any] = []
    for turn in range(w.choice.randint(1, 3)):
        cache = {"cache_control": {"type": "ephemeral"}} if w.choice.random() < 0.5 else {}
        messages.append({"role": "user", "content": [{"type": "text", "text": w.text(), **cache}]})
        blocks: list[Any] = []
        if w.choice.random() < 0.7:
            signature = SIGNATURE if w.choice.random() < 0.7 else w.choice.choice(("", "forged", w.word()))
            blocks.append({"type": "thinking", "thinking": w.text(), "signature": signature})
        blocks.append({"type": "tool_use", "id": f"toolu_{turn}", "name": w.tool_name(), "input": w.arguments()})
        messages.append({"role": "assistant", "content": blocks})
        result = w.choice.choice((w.text(), [{"type": "text", "text": w.text()}]))
        messages.append(
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": f"toolu_{turn}", "content": result}]}
        )
    tools = [{"name": w.tool_name(), "description": w.text(3), "input_schema": w.schema()}]
    return "/v1/messages", {
        "model": "claude-x",
        "max_tokens": 9,
        "system": w.text(),
        "messages": messages,
        "tools": tools,
    }


def _gemini(w: _Writer) -> tuple[str, Any]:
    contents: list[Any] = []
    for _ in range(w.choice.randint(1, 3)):
        contents.append({"role": "user", "parts": [{"text": w.text()}]})
        thought = {"text": w.text(), "thought": True, **w.choice.choice(({"thoughtSignature": SIGNATURE}, {}))}
        call = {"functionCall": {"name": w.tool_name(), "args": w.arguments()}, "thoughtSignature": SIGNATURE}
        contents.append({"role": "model", "parts": [thought, call]})
        answer = {"name": w.tool_name(), "response": {"result": w.tree()}}
        contents.append({"role": "user", "parts": [{"functionResponse": answer}]})
    declared = {"name": w.tool_name(), "description": w.text(3), "parameters": w.schema()}
    return "/v1beta/models/gemini-x:generateContent", {
        "contents": contents,
        "systemInstruction": {"parts": [{"text": w.text()}]},
        "tools": [{"functionDeclarations": [declared]}],
    }


def _ollama(w: _Writer) -> tuple[str, Any]:
    messages: list[Any] = []
    for _ in range(w.choice.randint(1, 3)):
        messages.append({"role": "user", "content": w.text()})
        call = {"function": {"name": w.tool_name(), "arguments": w.arguments()}}
        messages.append({"role": "assistant", "content": w.text(), "thinking": w.text(), "tool_calls": [call]})
        messages.append({"role": "tool", "tool_name": w.tool_name(), "content": w.text()})
    return "/api/chat", {"model": "llama3.3", "messages": messages}


def _prompt(path: str, field: str) -> Callable[[_Writer], tuple[str, Any]]:
    return lambda w: (path, {"model": "m", field: w.text(20)})


FORMATS: list[Callable[[_Writer], tuple[str, Any]]] = [
    *(_chat, _responses, _messages, _gemini, _ollama),
    *(_prompt("/v1/completions", "prompt"), _prompt("/v1/embeddings", "input"), _prompt("/api/generate", "prompt")),
]


def conversation(seed: int) -> tuple[str, Any]:
    """Return the path and the body of the request that `seed` grows."""
    choice = random.Random(seed)
    return choice.choices(FORMATS, weights=(4, 3, 4, 3, 2, 1, 1, 1))[0](_Writer(choice))
