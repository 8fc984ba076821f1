"""What `train` and `resume` share: how a training is watched, and what is said of its end."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median_low

import click

from hypertune.cli.exits import DONE, ENDED_BADLY, INTERRUPTED
from hypertune.ir import Program
from hypertune.jobs.together import is_first
from hypertune.reporting.closing import closing
from hypertune.reporting.colour import is_terminal, wants_colour
from hypertune.reporting.rows import Rows
from hypertune.reporting.sink import Sink
from hypertune.runs.about import read_about
from hypertune.runs.folder import find_folder, read_program
from hypertune.runs.summary import read_summary
from hypertune.terminal import visible


@contextmanager
def watched(threads: int) -> Iterator[tuple[Sink, ...]]:
    """A progress bar on a terminal, plain rows elsewhere; both on stderr, below what is used."""
    if not is_first():
        yield ()
        return
    click.echo(f"training with {threads} thread{'' if threads == 1 else 's'}", err=True)
    if not is_terminal(sys.stderr):
        yield (Rows(sys.stderr),)
        return
    from hypertune.reporting.bar import Bar

    with Bar(sys.stderr, wants_colour(sys.stderr)) as bar:
        yield (bar,)


def _starts(program: Program) -> dict[str, float | str]:
    """As reports name them: of vectors the median."""
    return {
        f"{hyper.name}[median]" if hyper.over else hyper.name: median_low(hyper.start)
        if isinstance(hyper.start, tuple)
        else hyper.start
        for hyper in program.hypers
    }


def finish(path: Path) -> int:
    """Say how the run ended, as far as it has; the exit code."""
    if not is_first():
        return DONE  # the first says how it ended
    folder = find_folder(path)
    if not folder.ended:
        about = read_about(folder.about)
        named = {"--catalogue": about.catalogue, "--storage": about.storage}
        words = [word for option in named.items() if option[1] for word in option]
        again = " ".join(["hypertune resume", str(path), *words])
        click.echo(f"interrupted; `{visible(again)}` goes on from here", err=True)
        return INTERRUPTED
    summary = read_summary(folder.summary)
    program = read_program(folder)
    start = _starts(program)
    if "trials" in summary:
        start = {name: at for name, at in program.starts.items() if name in summary["hypers"]}
    click.echo(closing(start, summary))
    click.echo(f"\nrun folder: {visible(path)}", err=True)
    return ENDED_BADLY if summary["outcome"] == "diverged" else DONE
