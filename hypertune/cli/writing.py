"""Files that a command writes: never over one that is there, unless that is asked for."""

from __future__ import annotations

from errno import EEXIST
from pathlib import Path

import click

force_option = click.option("--force", is_flag=True, help="Write over a file that is there.")


def claim(path: Path, force: bool) -> None:
    """Make sure that a file can be written without a loss.

    Raises:
        FileExistsError: if it is there already.

    """
    if path.exists() and not force:
        raise FileExistsError(EEXIST, "already there; --force writes over it", str(path))


def deliver(text: str, output: Path | None, force: bool) -> None:
    """Write a text to a file, or to stdout if there is none."""
    if output is None:
        click.echo(text, nl=False)
        return
    claim(output, force)
    output.write_text(text, encoding="utf-8")
