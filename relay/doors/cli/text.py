"""`relay detect`, `relay scrub`, `relay restore`: texts, files and pipes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from relay.doors.cli.streams import standard_input, standard_output
from relay.errors import ClientFault, ConfigFault
from relay.files import unreadable

if TYPE_CHECKING:
    from relay.build import CustomRecognizers
    from relay.types import Decision

__all__ = ["detect", "restore", "scrub"]

_Files = Annotated[list[Path] | None, typer.Argument(help="Files; none or - is standard input.")]
_Policy = Annotated[Path | None, typer.Option("--policy", "-p", envvar="RELAY_POLICY", help="Policy file or name.")]
_KeyFile = Annotated[
    Path | None,
    typer.Option("--key-file", help="File with the map's key. Without it: RELAY_PASSPHRASE, or asked on the terminal."),
]


_Recognizers = Annotated[
    list[Path] | None, typer.Option("--recognizers", help="File with recognizers of your own; may be given again.")
]


def detect(
    files: _Files = None,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='One {"id", "text"} a line in, one {"id", "spans"} a line out.')
    ] = False,
    policy: Annotated[
        Path | None, typer.Option("--policy", "-p", help="Show exactly what this policy replaces on a frontier route.")
    ] = None,
    recognizers: _Recognizers = None,
    list_: Annotated[bool, typer.Option("--list", help="Show every entity type and how it is found.")] = False,
) -> None:
    """Find entities. Offsets are code points, half-open; each line's spans are disjoint and in order."""
    from relay import build

    added = build.additions(recognizers or ())
    if list_:
        _print_types(added)
        return
    loaded = build.read_policy(policy, added)
    # Without a policy everything that is found is shown, so the model reads everything.
    shown = loaded if policy is not None else loaded.model_copy(update={"screen": False})
    analyzer = build.analyzer(shown, added=added)
    engine = build.engine(loaded, added) if policy is not None else None

    def find(text: str) -> Any:
        from relay.types import Action, RouteKind, Segment

        segments = (Segment(pointer="", text=text),)
        spans = analyzer.analyze(segments)
        if engine is None:
            return spans[0]
        actions = engine.actions(segments, spans, RouteKind.FRONTIER)
        return [item.span for item in actions[0] if item.action is not Action.KEEP]

    if jsonl:
        _detect_jsonl(files, find)
    else:
        for text in _texts(files):
            for span in find(text):
                line = text.count("\n", 0, span.start) + 1
                value = text[span.start : span.end]
                typer.echo(f"{line}:{span.start}-{span.end} {span.entity_type} {span.score:.2f} {value!r}")


def _detect_jsonl(files: list[Path] | None, find: Any) -> None:
    from relay.wire import strict_json

    out = standard_output()
    for number, line in enumerate(_progress(_lines(files)), 1):
        if not line.strip():
            continue
        try:
            row = strict_json.decode(line.strip())
        except ClientFault as fault:
            raise ClientFault(f"line {number}: {fault.public}") from None
        if not isinstance(row, dict) or "id" not in row or not isinstance(row.get("text"), str):
            raise ClientFault(f'line {number}: expected an object with "id" and "text"')
        spans = [
            {"start": s.start, "end": s.end, "entity_type": s.entity_type, "score": round(s.score, 4)}
            for s in find(row["text"])
        ]
        # What the reader takes for an id it writes again: long integers and lone surrogates, too.
        out.write(strict_json.encode({"id": row["id"], "spans": spans}) + b"\n")
        out.flush()


def scrub(
    files: _Files = None,
    policy: _Policy = None,
    map_file: Annotated[
        Path | None, typer.Option("--map", help="Write the sealed map that `relay restore` needs; never plain.")
    ] = None,
    key_file: _KeyFile = None,
    recognizers: _Recognizers = None,
    decision_fd: Annotated[
        int | None,
        typer.Option("--decision-fd", min=3, help="Descriptor for the decision log, as in `3>> decisions.jsonl`."),
    ] = None,
) -> None:
    """Replace what a policy wants replaced on a frontier route; the result goes to standard output."""
    from relay.doors import library
    from relay.doors.cli import sealed_map

    out = standard_output()  # before a map is written that nothing goes with
    with (
        _decision_log(decision_fd) as record,
        library.open_session(policy, recognizers=recognizers or (), record=record) as session,
    ):
        cleaned = [session.scrub(text).text for text in _texts(files)]
        if map_file is not None:
            # The map is written before the text goes out, so that a full disk loses nothing.
            sealed_map.write(map_file, session.pairs(), sealed_map.secret(key_file, confirm=True))
        for text in cleaned:
            out.write(text.encode())
        out.flush()


@contextmanager
def _decision_log(fd: int | None) -> Iterator[Callable[[Decision], None] | None]:
    """Return what takes decisions; None without a descriptor. Raises ConfigFault when nothing can be written to it."""
    if fd is None:
        yield None
        return
    import time

    from relay.observe.decision_log import DecisionLog

    log = DecisionLog(fd, time.time)
    try:
        yield log.append
    finally:
        log.close()


def restore(
    map_file: Annotated[Path, typer.Option("--map", help="The sealed map that `relay scrub` wrote.")],
    files: _Files = None,
    key_file: _KeyFile = None,
) -> None:
    """Put the values of a sealed map back into a text."""
    from relay.doors.cli import sealed_map
    from relay.response.restore import Restorer
    from relay.types import Encoding

    out = standard_output()
    vault = sealed_map.read(map_file, sealed_map.secret(key_file, confirm=False))
    for text in _texts(files):
        out.write(Restorer(vault, encoding=Encoding.TEXT, urls=True).restore(text).encode())
    out.flush()


def _print_types(added: CustomRecognizers) -> None:
    from rich.console import Console
    from rich.table import Table

    from relay import build

    table = Table("entity type", "group", "default", "found by", "recognizers and their source")
    found = build.sources(added)
    for name, info in sorted(build.entity_types(added).items()):
        table.add_row(name, info.group.value, "on" if info.default else "off", info.method.value, found.get(name, "-"))
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def _texts(files: list[Path] | None) -> Iterator[str]:
    for path in files or [Path("-")]:
        try:
            data = standard_input().read() if str(path) == "-" else path.read_bytes()
        except (OSError, ValueError) as error:
            raise ConfigFault(f"{path}: {unreadable(error)}") from None
        try:
            yield data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ClientFault(f"{path}: not UTF-8 at byte {error.start}") from None


def _lines(files: list[Path] | None) -> Iterator[bytes]:
    for path in files or [Path("-")]:
        if str(path) == "-":
            yield from standard_input()
            continue
        try:
            with path.open("rb") as stream:
                yield from stream
        except (OSError, ValueError) as error:
            raise ConfigFault(f"{path}: {unreadable(error)}") from None


def _progress(lines: Iterable[bytes]) -> Iterable[bytes]:
    """Show a progress bar on stderr when results go elsewhere and stderr is a terminal."""
    stderr: IO[str] = sys.stderr
    if not stderr.isatty() or sys.stdout.isatty():
        return lines
    from rich.console import Console
    from rich.progress import track

    return track(lines, description="detect", console=Console(stderr=True))
