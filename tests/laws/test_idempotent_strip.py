"""Law 9: stripping twice equals stripping once."""

from hypothesis import given
from hypothesis import strategies as st

from relay import build
from relay.protocols import Format
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
def test_requests(format: Format, headers: Headers, stream: bool) -> None:
    """Built headers, taken for a client's, build the same headers."""

    def built(sent: Headers) -> Headers:
        return strip.request_headers(format, format.request_headers(sent).headers, "key", has_body=True, stream=stream)

    assert built(built(headers)) == built(headers)
