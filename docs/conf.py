"""Settings of Sphinx for the documentation site: `make docs` builds it, offline, and any warning fails the build."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from sphinx.application import Sphinx

from relay import __version__

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import reference  # noqa: E402 - it stands beside this file

project = "relay"
release = version = __version__
copyright = "the authors of relay"

extensions = ["myst_parser", "sphinx.ext.autodoc"]
myst_heading_anchors = 4
# Docstrings put names in single backticks.
default_role = "code"
autodoc_member_order = "bysource"
python_use_unqualified_type_names = True

html_theme = "furo"
html_title = f"relay {version}"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False

# Pages that stand beside what they describe, and are links in the repository: page -> file.
_ELSEWHERE = {"policy-language": "policies/README.md", "model-card": "ner_models/README.md"}


def _expand(app: Sphinx, name: str, source: list[str]) -> None:
    """Put pages from elsewhere and reference tables in their places."""
    if name in _ELSEWHERE:
        source[0] = (HERE.parent / _ELSEWHERE[name]).read_text(encoding="utf-8")
    for page, file in _ELSEWHERE.items():
        source[0] = re.sub(rf"\]\(((?:\.\./)*)\.\./{re.escape(file)}", rf"](\1{page}.md", source[0])
    source[0] = reference.expand(source[0])


def setup(app: Sphinx) -> None:
    """Register the generated parts."""
    app.connect("source-read", _expand)
