"""The command `hypertune`: finds the command, and gives every ending its exit code."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

from hypertune.cli.exits import FILE_TROUBLE, INTERRUPTED, WRONG_SPEC
from hypertune.diagnostics import SpecError, closest, render_all
from hypertune.reporting.colour import wants_colour
from hypertune.terminal import visible_lines
from hypertune.version import installed_version

_COMMANDS = (
    "new",
    "check",
    "compile",
    "plan",
    "render",
    "diff",
    "train",
    "resume",
    "compare",
    "report",
    "schedule",
    "influence",
    "diagnose",
    "export",
    "explain",
    "kinds",
    "conform",
    "fmt",
    "lsp",
    "work",
)
_BY_SEVERAL = ("train", "resume")  # what processes can do together that torchrun has started


class Commands(click.Group):
    """Loads a command when it is asked for, so that `check` never loads what `train` needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command = import_module(f"hypertune.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            close = [f"; did you mean `{name}`?" for name in closest(args[0], _COMMANDS)]
            ctx.fail(f"there is no command `{args[0]}`{''.join(close)}")
        name, command, rest = super().resolve_command(ctx, args)
        if name not in _BY_SEVERAL and int(os.environ.get("WORLD_SIZE", "1")) > 1:
            ctx.fail(f"several processes train or resume; run `{name}` without torchrun")
        return name, command, rest

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a mistake of the user ends in words, a fault of ours in a traceback."""
        try:
            return super().invoke(ctx)
        except SpecError as mistake:
            click.echo(render_all(mistake.diagnostics, wants_colour(sys.stderr)), err=True)
            ctx.exit(WRONG_SPEC)
        except click.UsageError as misuse:  # click prints it
            raise click.UsageError(visible_lines(misuse.format_message()), misuse.ctx) from misuse
        except (KeyboardInterrupt, click.Abort):
            click.echo("aborted", err=True)
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:  # whoever read our output has gone; click ends quietly
            raise
        except Exception as fault:
            message = _file_trouble(fault)
            if message is None:
                raise
            click.echo(f"error: {visible_lines(message)}", err=True)
            ctx.exit(FILE_TROUBLE)


def _file_trouble(fault: Exception) -> str | None:
    """What there is to say about a file that cannot be used, or a training that cannot be."""
    if isinstance(fault, OSError) and fault.strerror:
        return f"{fault.filename or 'the output'}: {fault.strerror}"
    # Only now, because `check` has no need of them.
    from hypertune.catalogue import Unreadable
    from hypertune.data import DataError
    from hypertune.ir import DamagedProgram
    from hypertune.runs import RunError
    from hypertune.spec_files import UnreadableSpec
    from hypertune.uses import CannotTrain

    ours = (CannotTrain, DataError, DamagedProgram, RunError, Unreadable, UnreadableSpec)
    return str(fault) if isinstance(fault, ours) else None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(installed_version(), message="hypertune %(version)s")
def main() -> None:
    """Declare a network, say what its layers respond to, and tune it while it trains."""
