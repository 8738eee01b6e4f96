"""The `openai` package: chat completions and Responses."""

from __future__ import annotations

import json
from typing import Any

import openai
from driving import PARAMETERS, Tool, run


def chat(url: str, prompt: str, result: str, stream: bool) -> dict[str, Any]:
    """Run the loop that OpenAI's guide to function calling shows."""
    tool = Tool(result)
    declared: Any = {"name": tool.name, "description": tool.description, "parameters": PARAMETERS}
    messages: list[Any] = [{"role": "user", "content": prompt}]
    with _client(url) as client:
        while True:
            arguments: Any = {
                "model": "mirror",
                "messages": messages,
                "tools": [{"type": "function", "function": declared}],
            }
            if stream:
                with client.chat.completions.stream(**arguments) as events:
                    message: Any = events.get_final_completion().choices[0].message
            else:
                message = client.chat.completions.create(**arguments).choices[0].message
            if not message.tool_calls:
                return tool.done(message.content)
            messages.append(message)
            for call in message.tool_calls:
                answer = tool(**json.loads(call.function.arguments))
                messages.append({"role": "tool", "tool_call_id": call.id, "content": answer})


def responses(url: str, prompt: str, result: str, stream: bool) -> dict[str, Any]:
    """Run the same loop over Responses, with the history in the client."""
    tool = Tool(result)
    declared: Any = {"type": "function", "name": tool.name, "description": tool.description, "parameters": PARAMETERS}
    items: list[Any] = [{"role": "user", "content": prompt}]
    with _client(url) as client:
        while True:
            arguments: Any = {
                "model": "mirror",
                "input": items,
                "tools": [{**declared, "strict": True}],
                "store": False,
            }
            if stream:
                with client.responses.stream(**arguments) as events:
                    response: Any = events.get_final_response()
            else:
                response = client.responses.create(**arguments)
            calls = [item for item in response.output if item.type == "function_call"]
            if not calls:
                return tool.done(response.output_text)
            items += response.output
            for call in calls:
                answer = tool(**json.loads(call.arguments))
                items.append({"type": "function_call_output", "call_id": call.call_id, "output": answer})


def embed(url: str, text: str) -> list[float]:
    """Embed one text."""
    with _client(url) as client:
        return client.embeddings.create(model="mirror", input=text).data[0].embedding


def models(url: str) -> list[str]:
    """List the models."""
    with _client(url) as client:
        return [model.id for model in client.models.list()]


def _client(url: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{url}/v1", api_key="key-test")


if __name__ == "__main__":
    run({"chat": chat, "responses": responses, "embed": embed, "models": models})
