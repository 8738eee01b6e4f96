"""The voices, by the name of their format."""

from __future__ import annotations

from tests.scripted.voices.anthropic import Anthropic
from tests.scripted.voices.base import Delta, Row, Voice
from tests.scripted.voices.gemini import Gemini, GeminiArray
from tests.scripted.voices.ollama import OllamaChat, OllamaGenerate
from tests.scripted.voices.openai_chat import OpenAIChat, OpenAICompletions
from tests.scripted.voices.openai_responses import OpenAIResponses

__all__ = ["VOICES", "Delta", "Row", "Voice"]

VOICES: dict[str, Voice] = {
    voice.name: voice
    for voice in (
        OpenAIChat(),
        OpenAICompletions(),
        OpenAIResponses(),
        Anthropic(),
        Gemini(),
        GeminiArray(),
        OllamaChat(),
        OllamaGenerate(),
    )
}
