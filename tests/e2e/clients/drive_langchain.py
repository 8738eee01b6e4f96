"""LangChain: `ChatOpenAI` over chat completions and Responses, `ChatAnthropic`, and `OpenAIEmbeddings`."""

from __future__ import annotations

from functools import partial
from typing import Any

from driving import Tool, run
from langchain_anthropic import ChatAnthropic
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool as declared
from langchain_openai import ChatOpenAI, OpenAIEmbeddings


def chat(url: str, *, responses: bool, prompt: str, result: str, stream: bool) -> dict[str, Any]:
    """Use OpenAI's formats."""
    model = ChatOpenAI(
        base_url=f"{url}/v1", api_key="key-test", model="mirror", use_responses_api=responses, stream_usage=True
    )
    return _turn(model, prompt, result, stream)


def messages(url: str, prompt: str, result: str, stream: bool) -> dict[str, Any]:
    """Use Anthropic's format."""
    return _turn(ChatAnthropic(base_url=url, api_key="key-test", model="claude-mirror"), prompt, result, stream)


def embed(url: str, text: str) -> list[float]:
    """Embed one text; without the last argument LangChain sends numbers of tokens, which relay refuses."""
    model = OpenAIEmbeddings(base_url=f"{url}/v1", api_key="key-test", model="mirror", check_embedding_ctx_length=False)
    return model.embed_query(text)


def _turn(model: BaseChatModel, prompt: str, result: str, stream: bool) -> dict[str, Any]:
    tool = Tool(result)

    @declared
    def send_mail(email: str, note: str) -> str:
        """Send an e-mail."""
        return tool(email, note)

    bound = model.bind_tools([send_mail])
    history: list[Any] = [HumanMessage(prompt)]
    while True:
        if stream:
            message: Any = None
            for chunk in bound.stream(history):
                message = chunk if message is None else message + chunk
        else:
            message = bound.invoke(history)
        if not message.tool_calls:
            return tool.done(message.text)
        history.append(message)
        for call in message.tool_calls:
            history.append(ToolMessage(send_mail.invoke(call["args"]), tool_call_id=call["id"]))


if __name__ == "__main__":
    run(
        {
            "chat": partial(chat, responses=False),
            "responses": partial(chat, responses=True),
            "messages": messages,
            "embed": embed,
        }
    )
