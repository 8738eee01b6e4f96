"""Tell names of assistants from names of people.

The prompts of coding agents contain the agents' own names, in prose, in folders and as authors of commits, and a model
whose prompt says "you are [PERSON_1]" works worse. The list is short, taken from the prompts of Claude Code 2.1.332,
Codex 0.169, opencode 1.18 and Gemini CLI 0.61 have them (2026-11-26). A given name that is also an assistant's is a
person's where it stands alone, unless it names the file with the assistant's instructions (CLAUDE.md, GEMINI.md).
"""

from __future__ import annotations

import re

__all__ = ["names_assistant"]

# Words that suffice alone, and words that suffice beside another word of either list.
_ALONE = frozenset({"anthropic", "openai", "chatgpt", "codex", "copilot", "ollama", "opencode", "sonnet", "haiku"})
_BESIDE = frozenset({"claude", "opus", "gemini", "gpt", "llama", "mistral", "cohere"})
_PRODUCTS = frozenset({"agent", "api", "cli", "code", "desktop", "flash", "github", "pro", "sdk"})
_WORD = re.compile(r"[^\W\d_]+")


def names_assistant(value: str) -> bool:
    """Tell whether every word of `value` belongs to the name of an assistant: "Claude Code", "Sonnet"; not "Claude"."""
    if value == "claude":  # a folder or a command; a name begins with a capital
        return True
    stem = value.removesuffix(".md")
    words = [word.lower() for word in _WORD.findall(stem)]
    if not all(word in _ALONE or word in _BESIDE or word in _PRODUCTS for word in words):
        return False
    return any(word not in _PRODUCTS for word in words) and (stem != value or len(words) > 1 or words[0] in _ALONE)
