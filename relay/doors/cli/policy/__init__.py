"""`relay policy …`: write, test, compare, audit and sign policies. Exit status 1 when a check fails."""

from __future__ import annotations

import typer

from relay.doors.cli.policy import audit, change, check, explain

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

app.command()(check.lint)
app.command("test")(check.run_tests)
app.command()(check.show)
app.command()(check.schema)
app.command()(explain.explain)
app.command()(change.diff)
app.command()(audit.report)
app.command()(audit.sign)
app.command()(audit.verify)
app.command("check-log")(audit.check_log)
