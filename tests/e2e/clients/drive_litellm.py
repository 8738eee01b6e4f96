"""LiteLLM as a library: an OpenAI-compatible endpoint, Anthropic's, Gemini's and Ollama's."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import litellm
from driving import PARAMETERS, Tool, run


def complete(url: str, *, model: str, base: str, prompt: str, result: str, stream: bool) -> dict[str, Any]:
    """Run the loop of OpenAI's shape, which LiteLLM has for every provider."""
    tool = Tool(result)
    function: Any = {"name": tool.name, "description": tool.description, "parameters": PARAMETERS}
    messages: list[Any] = [{"role": "user", "content": prompt}]
    while True:
        arguments: Any = {
            "model": model,
            "api_base": f"{url}{base}",
            "api_key": "key-test",
            "messages": messages,
            "tools": [{"type": "function", "function": function}],
        }
        if stream:
            chunks = list(litellm.completion(**arguments, stream=True))
            message: Any = litellm.stream_chunk_builder(chunks, messages=messages).choices[0].message
        else:
            message = litellm.completion(**arguments).choices[0].message
        if not message.tool_calls:
            return tool.done(message.content)
        messages.append(message)
        for call in message.tool_calls:
            answer = tool(**json.loads(call.function.arguments))
            messages.append({"role": "tool", "tool_call_id": call.id, "name": call.function.name, "content": answer})


def embed(url: str, text: str) -> list[float]:
    """Embed one text."""
    embedded = litellm.embedding(model="openai/mirror", api_base=f"{url}/v1", api_key="key-test", input=[text])
    return list(embedded.data[0]["embedding"])


if __name__ == "__main__":
    run(
        {
            "chat": partial(complete, model="openai/mirror", base="/v1"),
            "messages": partial(complete, model="anthropic/claude-mirror", base=""),
            "generate": partial(complete, model="gemini/mirror", base="/v1beta"),
            "ollama": partial(complete, model="ollama_chat/mirror", base=""),
            "embed": embed,
        }
    )
