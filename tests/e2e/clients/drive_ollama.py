"""The `ollama` package: chat."""

from __future__ import annotations

from typing import Any

import ollama
from driving import PARAMETERS, Tool, run


def chat(url: str, prompt: str, result: str, stream: bool) -> dict[str, Any]:
    """Run the loop that Ollama's guide to tool calling shows."""
    tool = Tool(result)
    function: Any = {"name": tool.name, "description": tool.description, "parameters": PARAMETERS}
    history: list[Any] = [{"role": "user", "content": prompt}]
    client = _client(url)
    while True:
        arguments: Any = {"model": "mirror", "messages": history, "tools": [{"type": "function", "function": function}]}
        parts = list(client.chat(**arguments, stream=True)) if stream else [client.chat(**arguments)]
        text = "".join(part.message.content or "" for part in parts)
        calls = [call for part in parts for call in part.message.tool_calls or []]
        if not calls:
            return tool.done(text)
        history.append({"role": "assistant", "content": text, "tool_calls": calls})
        for call in calls:
            answer = tool(**call.function.arguments)
            history.append({"role": "tool", "tool_name": call.function.name, "content": answer})


def embed(url: str, text: str) -> list[float]:
    """Embed one text."""
    return list(_client(url).embed(model="mirror", input=text).embeddings[0])


def models(url: str) -> list[str]:
    """List the models."""
    return [model.model or "" for model in _client(url).list().models]


def _client(url: str) -> ollama.Client:
    return ollama.Client(host=url)


if __name__ == "__main__":
    run({"chat": chat, "embed": embed, "models": models})
