"""What Ollama's clients ask before they chat: which models there are, which version, and what a model is.

Source: ollama-python 0.6.3 (`_types.py`), read 2026-11-20. Creating, pulling, pushing, copying and deleting models is
not offered.
"""

from __future__ import annotations

from typing import ClassVar

from relay.protocols import Document, Endpoint, LogProbabilities, StreamReader
from relay.wire.fields import compile_table
from relay.wire.models_list import no_reader
from relay.wire.nodes import FieldTable
from relay.wire.ollama.family import OllamaFormat
from relay.wire.table_format import PathEndpoint

__all__ = ["OllamaModels"]

TABLE = """
[request]
{model,name,verbose}                  P
{system,template}                     F   kind=template
options{}                             P

[response]
{models,version,modified_at,template,modelfile,license,details,model_info,parameters,capabilities}   P
{projector_info,tensors,messages,system,requires}   P
error                                 R
"""


class OllamaModels(OllamaFormat):
    """`GET /api/tags`, `/api/ps` and `/api/version`, and `POST /api/show`."""

    name: ClassVar[str] = "ollama_models"
    log_probabilities: ClassVar[LogProbabilities | None] = None
    table: ClassVar[FieldTable] = compile_table(TABLE)
    endpoints: ClassVar[tuple[PathEndpoint, ...]] = (
        PathEndpoint(name="show", upstream_path="/api/show"),
        PathEndpoint(name="tags", upstream_path="/api/tags", method="GET", has_body=False),
        PathEndpoint(name="ps", upstream_path="/api/ps", method="GET", has_body=False),
        PathEndpoint(name="version", upstream_path="/api/version", method="GET", has_body=False),
    )

    def reader(self, endpoint: Endpoint, document: Document) -> StreamReader:
        """Raise UpstreamBadStream: these answers are not streamed."""
        return no_reader(endpoint, document)


PLUGINS = (OllamaModels,)
