"""What OpenAI's formats share: credentials, headers and the shape of errors.

Sources: openai-python 3.52.0 (`_client.py`, `_exceptions.py`, `_streaming.py`), read 2026-11-20.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import ClassVar

from relay.errors import RelayFault
from relay.protocols import ContractWords, Document, Endpoint, Family, LogProbabilities, TokenFields
from relay.types import Event, Headers, Outbound
from relay.wire import strict_json
from relay.wire.contract_headers import DATE
from relay.wire.document import read_document
from relay.wire.openai import azure
from relay.wire.table_format import TableFormat, by_status

__all__ = ["OPENAI", "OpenAIFormat", "choice_log_probabilities"]

OPENAI = Family(
    name="openai",
    under_prefix=("openai",),
    client_headers=frozenset(),
    client_paths=None,  # other vendors imitate OpenAI, not the reverse
    page_headers=frozenset(
        {
            "api-key",
            "idempotency-key",
            "openai-beta",
            "openai-organization",
            "openai-project",
            "x-stainless-*",
            # Clients of aggregators name themselves by these two.
            "http-referer",
            "x-title",
        }
    ),
    keyless=False,
    keep_alive=b": keep-alive\n\n",  # a comment, which the SDKs skip (tried 2026-11-20)
    tokens=TokenFields(
        usage=(("usage",), ("response", "usage")),  # the last event of Responses holds a response
        input=("prompt_tokens", "input_tokens"),
        output=("completion_tokens", "output_tokens"),
        limits=(("max_completion_tokens",), ("max_tokens",), ("max_output_tokens",)),
    ),
)


def choice_log_probabilities(ask: Mapping[str, bool | int]) -> LogProbabilities:
    """Return where the choices of an answer have log-probabilities, which `ask` asks for.

    Of two shapes: chat's `content[].logprob` and completions' `token_logprobs[]`. llama.cpp writes the first into
    completions, too (xllamacpp 2026.10.11549, tried 2026-11-26).
    """
    return LogProbabilities(
        ask=ask,
        holders=("choices",),
        field="logprobs",
        values=(("content", "logprob"), ("token_logprobs",)),
        nullable=True,
    )


_ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    429: "rate_limit_error",
    500: "server_error",
}
# A feature and its version. Listed is what openai-python 3.52.0 and Codex CLI 0.169 send.
_FLAG = re.compile(rf"[a-z]{{1,16}}(?:_[a-z]{{1,16}}){{0,3}}=(?:v[0-9]{{1,2}}|{DATE})")
_LISTED = """
agents=v1 assistants=v1 assistants=v2 chatkit_beta=v1 realtime=v1 responses=experimental responses=v1
responses_websockets=2026-02-06
"""


class OpenAIFormat(TableFormat):
    """Base of the OpenAI formats."""

    family: ClassVar[Family] = OPENAI
    # Organization and project identify the client and stay here.
    contract_words: ClassVar[Mapping[str, ContractWords]] = {
        "openai-beta": ContractWords(_FLAG, frozenset(_LISTED.split()))
    }

    def match(self, path: str) -> Endpoint | None:
        """Return the endpoint whose path this is, as OpenAI or as Azure writes it, whatever the method."""
        deployment, asked = azure.split_deployment(path)
        found = next((endpoint for endpoint in self.endpoints if endpoint.upstream_path == asked), None)
        return found if found is None or deployment is None else replace(found, model=deployment)

    def read(
        self,
        endpoint: Endpoint,
        body: bytes,
        pseudonym: Callable[[str], str],
        wrote: Callable[[str], bool] | None = None,
    ) -> Document:
        """Decode and read a request. A deployment in the path is its model: Azure goes by that, not by the body."""
        document = read_document(body, self.table, pseudonym, wrote, forced=self.knows_forced(endpoint))
        if endpoint.model is not None:
            document.tree["model"] = document.model = endpoint.model
        return document

    def knows_forced(self, endpoint: Endpoint) -> bool:
        """Tell whether `endpoint` knows the fields that the table wants in requests to a frontier."""
        return True

    def addressed(self, outbound: Outbound, addressing: str, model: str | None, query: str) -> Outbound:
        """Return `outbound` as OpenAI or, where `addressing` says so, Azure takes it. Raises ClientFault."""
        return azure.addressed(outbound, model, query) if addressing == azure.ADDRESSING else outbound

    def credential(self, headers: Headers, query: str) -> str | None:
        """Return the key from `Authorization: Bearer`, or from `api-key` as Azure's clients send it."""
        fields = dict(reversed(headers))  # of a repeated one the first
        value = fields.get("authorization")
        if value is not None:
            scheme, _, key = value.partition(" ")
            if scheme.lower() == "bearer" and key.strip():
                return key.strip()
        return fields.get("api-key") or None

    def credential_headers(self, key: str) -> Headers:
        """Present `key` as a bearer token."""
        return (("authorization", f"Bearer {key}"),)

    def error_body(self, fault: RelayFault) -> bytes:
        """Return `{"error": {message, type, param, code}}`."""
        return strict_json.encode(_error(fault))

    def error_event(self, fault: RelayFault) -> Event:
        """Return the same as an unnamed event, which makes the SDKs raise APIError."""
        return Event(strict_json.encode(_error(fault)).decode())


def _error(fault: RelayFault) -> dict[str, object]:
    return {
        "error": {
            "message": fault.told,
            "type": by_status(_ERROR_TYPES, fault.status),
            "param": None,
            "code": fault.code,
        }
    }


PLUGINS = ()  # no format of its own
