"""Names of assistants."""

import pytest

from relay.detect.assistants import names_assistant


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Claude Code", True),
        ("Claude Agent SDK", True),
        ("Claude/Anthropic", True),
        ("Claude Opus 5", True),
        ("OpenAI Codex", True),
        ("GitHub Copilot", True),
        ("Sonnet", True),
        ("claude", True),
        ("Claude", False),
        ("CLAUDE", False),
        ("CLAUDE.md", True),
        ("Claude MD", False),
        ("Claude.docx", False),
        ("Maria.md", False),
        ("Claude Monet", False),
        ("Gabriela Mistral", False),
        ("Mistral", False),
        ("Code", False),
        ("Agent Pro", False),
        ("Zoë Codex", False),
        ("12", False),
        ("", False),
    ],
)
def test_names(value: str, expected: bool) -> None:
    """All words belong to the name, and a word that may be a person's does not stand alone."""
    assert names_assistant(value) is expected
