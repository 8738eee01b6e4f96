"""pydantic-ai: an agent with one tool over each of OpenAI's two formats and Anthropic's."""

from __future__ import annotations

import asyncio
from typing import Any

from driving import Tool, run
from pydantic_ai import Agent
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider


def chat(url: str, prompt: str, result: str, stream: bool) -> dict[str, Any]:
    """Use chat completions."""
    return _turn(OpenAIChatModel("mirror", provider=_openai(url)), prompt, result, stream)


def responses(url: str, prompt: str, result: str, stream: bool) -> dict[str, Any]:
    """Use Responses."""
    return _turn(OpenAIResponsesModel("mirror", provider=_openai(url)), prompt, result, stream)


def messages(url: str, prompt: str, result: str, stream: bool) -> dict[str, Any]:
    """Use Anthropic's format."""
    provider = AnthropicProvider(base_url=url, api_key="key-test")
    return _turn(AnthropicModel("claude-mirror", provider=provider), prompt, result, stream)


def _openai(url: str) -> OpenAIProvider:
    return OpenAIProvider(base_url=f"{url}/v1", api_key="key-test")


def _turn(model: Model, prompt: str, result: str, stream: bool) -> dict[str, Any]:
    tool = Tool(result)
    agent = Agent(model)

    @agent.tool_plain
    def send_mail(email: str, note: str) -> str:
        """Send an e-mail."""
        return tool(email, note)

    async def streamed() -> str:
        async with agent.run_stream(prompt) as answer:
            return await answer.get_output()

    if stream:
        return tool.done(asyncio.run(streamed()))
    return tool.done(agent.run_sync(prompt).output)


if __name__ == "__main__":
    run({"chat": chat, "responses": responses, "messages": messages})
