"""Law 9: stripping twice equals stripping once."""

from hypothesis import given
from hypothesis import strategies as st

from relay import build
from relay.request import strip
from relay.types import Headers

NAMES = [
    "user-agent",
    "cookie",
    "openai-organization",
    "content-type",
    "retry-after",
    "set-cookie",
    "anthropic-version",
]
HEADERS = st.lists(st.tuples(st.sampled_from(NAMES), st.text(max_size=10)), max_size=8).map(tuple)
FORMATS = st.sampled_from(build.formats())


@given(HEADERS)
def test_responses(headers: Headers) -> None:
    """What passed once passes again, unchanged."""
    once = strip.response_headers(headers)
    assert strip.response_headers(once) == once


@given(FORMATS, HEADERS, st.booleans())
def test_requests(format: object, headers: Headers, stream: bool) -> None:
    """Built headers, taken for a client's, build the same headers."""
    once = strip.request_headers(format, headers, "key", has_body=True, stream=stream)  # type: ignore[arg-type]
    assert strip.request_headers(format, once, "key", has_body=True, stream=stream) == once  # type: ignore[arg-type]
