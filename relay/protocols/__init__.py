"""The contracts of every plug-in kind and of the few parts that cross a layer.

A new provider, recognizer, operator, placeholder style or route is one file whose class satisfies one of these. One
shared test holds every plug-in to its contract.
"""

from __future__ import annotations

from relay.protocols.detection import EntityModel, Recognizer, SpanMemory
from relay.protocols.documents import AssistantText, Document, Endpoint
from relay.protocols.families import ContractHeaders, ContractWords, Family, LogProbabilities, TokenFields
from relay.protocols.formats import Format, StreamReader
from relay.protocols.routes import Route
from relay.protocols.sealing import Operator, Restoring, Sealing, Style, Writer
from relay.protocols.store import Kept, Lives, Store

__all__ = [
    "AssistantText",
    "ContractHeaders",
    "ContractWords",
    "Document",
    "Endpoint",
    "EntityModel",
    "Family",
    "Format",
    "Kept",
    "Lives",
    "LogProbabilities",
    "Operator",
    "Recognizer",
    "Restoring",
    "Route",
    "Sealing",
    "SpanMemory",
    "Store",
    "StreamReader",
    "Style",
    "TokenFields",
    "Writer",
]
