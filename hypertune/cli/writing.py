"""Files that a command writes: never over one that is there, unless that is asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from hypertune.runs.files import claim, write_over
from hypertune.terminal import visible_lines

force_option = click.option("--force", is_flag=True, help="Write over a file that is there.")


def deliver(text: str, output: Path | None, force: bool, inputs: Iterable[str]) -> None:
    """Write a text to a file, or to stdout if there is none.

    Args:
        text: what to write.
        output: the file.
        force: whether one that is there gives way.
        inputs: the files and folders that the text was made from, which never give way.

    Raises:
        FileExistsError: if the file is there already, and does not give way.

    """
    if output is None:
        show(text)
        return
    claim(output, force, inputs)
    write_over(output, text.encode())


def show(text: str) -> None:
    """Write a text to stdout: as it is to a file or pipe, visible to a terminal."""
    click.echo(visible_lines(text) if sys.stdout.isatty() else text, nl=False)
