"""The `google-genai` package: generate content, with automatic function calling off and on."""

from __future__ import annotations

from typing import Any

from driving import PARAMETERS, Tool, run
from google import genai
from google.genai import types


def generate(url: str, prompt: str, result: str, stream: bool) -> dict[str, Any]:
    """Run the loop by hand, so that the client's own parts go back as they came."""
    tool = Tool(result)
    declared = types.FunctionDeclaration(
        name=tool.name, description=tool.description, parameters_json_schema=PARAMETERS
    )
    config = types.GenerateContentConfig(tools=[types.Tool(function_declarations=[declared])])
    history: list[Any] = [types.Content(role="user", parts=[types.Part(text=prompt)])]
    with _client(url) as client:
        while True:
            arguments: Any = {"model": "mirror", "contents": history, "config": config}
            if stream:
                parts = [
                    part
                    for chunk in client.models.generate_content_stream(**arguments)
                    for part in chunk.candidates[0].content.parts or []
                ]
            else:
                parts = client.models.generate_content(**arguments).candidates[0].content.parts
            calls = [part.function_call for part in parts if part.function_call]
            if not calls:
                return tool.done("".join(part.text or "" for part in parts))
            history.append(types.Content(role="model", parts=parts))
            results = [
                types.Part.from_function_response(name=call.name, response={"result": tool(**call.args)})
                for call in calls
            ]
            history.append(types.Content(role="user", parts=results))


def automatic(url: str, prompt: str, result: str, stream: bool) -> dict[str, Any]:
    """Let the package call a Python function by itself."""
    tool = Tool(result)

    def send_mail(email: str, note: str) -> str:
        """Send an e-mail."""
        return tool(email, note)

    config = types.GenerateContentConfig(tools=[send_mail])
    with _client(url) as client:
        chat = client.chats.create(model="mirror", config=config)
        if stream:
            return tool.done("".join(chunk.text or "" for chunk in chat.send_message_stream(prompt)))
        return tool.done(chat.send_message(prompt).text)


def embed(url: str, text: str) -> list[float]:
    """Embed one text."""
    with _client(url) as client:
        embedded: Any = client.models.embed_content(model="mirror", contents=text)
        return list(embedded.embeddings[0].values)


def count(url: str, text: str) -> int:
    """Count tokens."""
    with _client(url) as client:
        return client.models.count_tokens(model="mirror", contents=text).total_tokens or 0


def models(url: str) -> list[str]:
    """List the models."""
    with _client(url) as client:
        return [model.name or "" for model in client.models.list()]


def _client(url: str) -> genai.Client:
    return genai.Client(api_key="key-test", http_options=types.HttpOptions(base_url=url))


if __name__ == "__main__":
    run({"generate": generate, "automatic": automatic, "embed": embed, "count": count, "models": models})
