"""A scripted upstream and a relay as users start it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from relay.upstream.mirror import Mirror
from tests.e2e.conftest import Stage

ServeMirror = Callable[..., Mirror]
ServeRelay = Callable[..., str]


@pytest.fixture
def upstream() -> Iterator[ServeMirror]:
    """Return a function that serves a mirror, made with the arguments given."""
    stage = Stage()
    contexts: list[Any] = []

    def serve(**arguments: Any) -> Mirror:
        contexts.append(Mirror(**arguments).running())
        return stage.enter(contexts[-1])

    yield serve
    for context in contexts:
        stage.leave(context)
    stage.close()


@contextmanager
def serving(base_url: str, *options: str) -> Iterator[str]:
    """Run `relay serve` with the default policy for an upstream, and give its URL."""
    command = [sys.executable, "-m", "relay", "serve", "--port", "0", "--upstream", base_url, *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8")
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[1]
    finally:
        process.terminate()
        process.communicate(timeout=30)


@pytest.fixture
def relay() -> Iterator[ServeRelay]:
    """Return a function that starts `relay serve` for an upstream and returns its URL."""
    with ExitStack() as stack:
        yield lambda base_url, *options: stack.enter_context(serving(base_url, *options))
