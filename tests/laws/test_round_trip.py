"""Laws 2 and 3: restoring a scrubbed text gives the text, and scrubbing it again gives the same scrubbed text."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relay import build
from relay.doors.library import TextSession
from tests.support import VALUES

LOOKALIKES = [
    "[PERSON_1]",
    "[EMAIL_ADDRESS_1]",
    "[person_2]",
    "PERSON_1",
    r"\[PERSON\_1\]",
    "[PLACEHOLDER_LOOKALIKE_1]",
    "PERSON_1maria@example.org ",
    "EMAIL_ADDRESS_1%6daria@example.org ",
    "PERSON_1bWFyaWFAZXhhbXBsZS5vcmc= ",
]
PIECES = st.one_of(
    st.sampled_from(sorted(VALUES.values())),
    st.sampled_from(LOOKALIKES),
    st.text(max_size=20),
    st.sampled_from([" ", "\n", "—", "é", "😀", "[", "]", "_", "1"]),
)


@pytest.fixture(scope="module")
def new_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """Return a function that opens a session without loading everything again."""
    path = tmp_path_factory.mktemp("policy") / "policy.yaml"
    path.write_text("version: 1\nmodel: none\nrestore: {urls: true}\n", encoding="utf-8")
    policy = build.read_policy(path)
    pipeline = build.pipeline(policy)
    return lambda: TextSession(pipeline, build.sessions(policy))  # type: ignore[return-value]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES, max_size=12).map("".join))
def test_restoring_gives_the_text_back(new_session: object, text: str) -> None:
    """Exactly, whatever the text holds: also what looks like a placeholder."""
    with new_session() as session:  # type: ignore[operator]
        assert session.restore(session.scrub(text).text) == text


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES, max_size=12).map("".join))
def test_scrubbing_again_gives_the_same(new_session: object, text: str) -> None:
    """Within a session a client that resends what it got back gets the same bytes sent."""
    with new_session() as session:  # type: ignore[operator]
        once = session.scrub(text).text
        assert session.scrub(session.restore(once)).text == once
