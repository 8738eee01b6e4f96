"""The command line. Commands import what they need when they run, so that `relay --help` is quick."""

from __future__ import annotations

import io
import sys
import traceback
from typing import Annotated

import typer

from relay import __version__
from relay.doors.cli import demo, doctor, init, keygen, policy, report, serve, text
from relay.errors import RelayFault

__all__ = ["app", "main"]

app = typer.Typer(
    name="relay",
    help="A self-hosted privacy relay for LLM traffic.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"relay {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    debug: Annotated[
        bool, typer.Option("--debug", help="On an error, also show where in the code it happened.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """A self-hosted privacy relay for LLM traffic."""


app.command()(serve.serve)
app.command()(demo.demo)
app.command()(text.detect)
app.command()(text.scrub)
app.command()(text.restore)
app.command()(init.init)
app.command()(keygen.keygen)
app.command()(doctor.doctor)
app.add_typer(report.app, name="report", help="Report costs from the metrics of a relay.")
app.add_typer(policy.app, name="policy", help="Write, test, compare, audit and sign policies.")


def main() -> None:
    """Run the command line. Errors go to stderr, one line each, without a traceback and without values."""
    debug = "--debug" in sys.argv[1:]
    if isinstance(sys.stdout, io.TextIOWrapper):
        # What a terminal cannot show is shown as an escape, and ends no command.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        status = app(prog_name="relay", standalone_mode=False)
    except RelayFault as fault:
        _frames(fault, debug)
        sys.exit(_say(fault.public))
    except typer.TyperException as error:  # an unknown option, a missing argument
        print(_usage(error), file=sys.stderr)
        sys.exit(2)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader closed the pipe, so an error could not be shown either
        sys.exit(0)
    except OSError as error:
        _frames(error, debug)
        # Files that commands read or write say so themselves: this one is standard output.
        sys.exit(_say(f"standard output cannot be written ({error.strerror})"))
    except Exception as error:
        # The text of an unplanned exception may hold a value; its type does not.
        _frames(error, debug)
        sys.exit(_say(f"unexpected {type(error).__name__}; run again with --debug to see where"))
    sys.exit(status if isinstance(status, int) else 0)


def _usage(error: typer.TyperException) -> str:
    """Return the line for a command line that cannot be understood, or the help that was asked for by no argument."""
    said = error.format_message()
    if said.startswith("Usage:"):
        return said
    context = getattr(error, "ctx", None)
    return f"relay: {said.removesuffix('.')} (see {context.command_path if context else 'relay'} -h)"


def _say(line: str) -> int:
    print(f"relay: {line}", file=sys.stderr)
    return 1


def _frames(error: BaseException, debug: bool) -> None:
    if debug:
        for frame in traceback.extract_tb(error.__traceback__):
            print(f"  {frame.filename}:{frame.lineno} {frame.name}", file=sys.stderr)
