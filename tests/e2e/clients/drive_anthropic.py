"""The `anthropic` package: messages."""

from __future__ import annotations

from typing import Any

import anthropic
from driving import PARAMETERS, Tool, run


def messages(url: str, prompt: str, result: str, stream: bool) -> dict[str, Any]:
    """Run the loop that Anthropic's guide to tool use shows."""
    tool = Tool(result)
    declared: Any = {"name": tool.name, "description": tool.description, "input_schema": PARAMETERS}
    history: list[Any] = [{"role": "user", "content": prompt}]
    with _client(url) as client:
        while True:
            arguments: Any = {"model": "mirror", "max_tokens": 500, "messages": history, "tools": [declared]}
            if stream:
                with client.messages.stream(**arguments) as events:
                    message: Any = events.get_final_message()
            else:
                message = client.messages.create(**arguments)
            uses = [block for block in message.content if block.type == "tool_use"]
            if not uses:
                return tool.done("".join(block.text for block in message.content))
            history.append({"role": "assistant", "content": message.content})
            results = [{"type": "tool_result", "tool_use_id": use.id, "content": tool(**use.input)} for use in uses]
            history.append({"role": "user", "content": results})


def count(url: str, text: str) -> int:
    """Count tokens."""
    with _client(url) as client:
        counted = client.messages.count_tokens(model="mirror", messages=[{"role": "user", "content": text}])
        return counted.input_tokens


def models(url: str) -> list[str]:
    """List the models."""
    with _client(url) as client:
        return [model.id for model in client.models.list()]


def _client(url: str) -> anthropic.Anthropic:
    return anthropic.Anthropic(base_url=url, api_key="key-test")


if __name__ == "__main__":
    run({"messages": messages, "count": count, "models": models})
