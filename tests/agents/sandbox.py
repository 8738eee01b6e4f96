"""A home folder of an invented person, and programs that run in it and reach nothing but this machine."""

from __future__ import annotations

import os
import shutil
import socketserver
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.agents.repository import Commit, Person

__all__ = ["EMAIL", "HOST", "NAME", "PROJECT", "USER", "contents", "home", "missing", "proxy", "run"]

USER, HOST = "wilhelmina", "wilhelminas-thinkpad"
NAME, EMAIL = "Wilhelmina Ostrander", "w.ostrander@example.net"
PROJECT = f"/home/{USER}/shop"
# A mount and a host name of its own, which any user may make where unprivileged namespaces are allowed.
# Commits of two runs get the same ids.
_SAME_TIME = {"GIT_AUTHOR_DATE": "2026-03-17T10:02:11+0100", "GIT_COMMITTER_DATE": "2026-03-17T10:02:11+0100"}
_APART = ("unshare", "--user", "--map-root-user", "--mount", "--uts", "bash", "-c")


def home(folder: Path, files: Mapping[str, str], commits: Sequence[Commit] = ()) -> Path:
    """Make the person's home in `folder` with a git project that holds `files`, and return the project.

    A commit without files brings all that are left; without commits there is one, the person's own.
    """
    project = folder / USER / "shop"
    project.mkdir(parents=True)
    (folder / USER / ".gitconfig").write_text(f"[user]\n\tname = {NAME}\n\temail = {EMAIL}\n")
    for name, text in files.items():
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(text)
    _git(project, "init", "-q", "-b", "main")
    for author, message, names in commits or [Commit(Person(NAME, USER, EMAIL, ""), "first", ())]:
        _git(project, "add", *(names or (".",)))
        _git(project, "commit", "-q", "-m", message, "--author", f"{author.name} <{author.email}>")
    return project


def contents(project: Path) -> dict[str, str]:
    """Return all that a project's folder holds, as text: each file with its mode, and what git says of it."""
    found = {}
    for path in sorted(project.rglob("*")):
        name = str(path.relative_to(project))
        if path.is_file() and not name.startswith(".git/") and "__pycache__" not in name:
            found[name] = f"{path.stat().st_mode:o} {path.read_bytes().decode('utf-8', 'surrogateescape')}"
    for words in (("log", "--format=raw", "--all"), ("config", "--local", "--list"), ("status", "--porcelain")):
        found[f"git {words[0]}"] = _git(project, *words)
    return found


def _git(project: Path, *words: str) -> str:
    environ = {**os.environ, "HOME": str(project.parent), **_SAME_TIME}
    return subprocess.run(["git", *words], cwd=project, check=True, env=environ, capture_output=True, text=True).stdout


def run(
    folder: Path, command: Sequence[str], environ: Mapping[str, str], *, proxy: str, timeout_s: float
) -> subprocess.CompletedProcess[str]:
    """Run `command` in the project as the person whose home is in `folder`."""
    inside = f'mount --bind "{folder}" /home && hostname {HOST} && cd {PROJECT} && exec "$@"'
    return subprocess.run(
        [*_APART, inside, "agent", *command],
        env={
            "PATH": os.environ["PATH"],
            "HOME": f"/home/{USER}",
            "USER": USER,
            "LOGNAME": USER,
            "SHELL": "/bin/bash",
            "TERM": "dumb",
            **_SAME_TIME,
            "HTTP_PROXY": proxy,
            "HTTPS_PROXY": proxy,
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
            **environ,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=timeout_s,
    )


@contextmanager
def proxy() -> Iterator[tuple[str, list[str]]]:
    """Serve a proxy that connects nobody; give its URL and the list of whom it was asked for."""
    asked: list[str] = []

    class Refuse(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            words = self.rfile.readline(4096).decode("latin-1").split()
            asked.extend(words[1:2])
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refuse) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()
            thread.join()


def missing(*programs: str) -> str:
    """Return why agents cannot be run here, or nothing."""
    absent = [program for program in programs if shutil.which(program) is None]
    if absent:
        return f"not installed: {', '.join(absent)}"
    tried = subprocess.run([*_APART, "mount --bind /tmp /home"], capture_output=True, encoding="utf-8")
    return f"no namespaces for ordinary users here: {tried.stderr.strip()}" if tried.returncode else ""
