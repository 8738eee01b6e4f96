"""A scripted upstream and a relay as users start it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
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


@pytest.fixture
def relay() -> Iterator[ServeRelay]:
    """Return a function that starts `relay serve` with the default policy for an upstream and returns its URL."""
    processes: list[subprocess.Popen[str]] = []

    def start(base_url: str, *options: str) -> str:
        command = [sys.executable, "-m", "relay", "serve", "--port", "0", "--upstream", base_url, *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8")
        processes.append(process)
        assert process.stdout is not None
        return process.stdout.readline().split()[1]

    yield start
    for process in processes:
        process.terminate()
        process.communicate(timeout=30)
