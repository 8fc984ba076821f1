"""What `compare` and `resume` share: the runs of a comparison, and the files about them."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import click
import torch

from hypertune.catalogue import Catalogue
from hypertune.cli.exits import DONE, INTERRUPTED
from hypertune.cli.training import watched
from hypertune.jobs.comparing import go_on, read_comparison, results
from hypertune.pages import Compared, comparison_page, reaching_table, summary_table
from hypertune.reporting.numbers import aligned
from hypertune.runs.files import without_nan, write_atomically
from hypertune.terminal import visible, visible_lines


def compare(path: Path, catalogue: Catalogue) -> int:
    """Train what is left of a comparison, and say how it stands; the exit code."""
    comparison = read_comparison(path)
    total = len(comparison.tunes) * comparison.seeds
    runs = go_on(path, catalogue, lambda: watched(torch.get_num_threads()))
    for done, run in enumerate(runs, 1):
        said = f"{visible(run.path.name)} {visible(run.summary['message'])}"
        click.echo(f"{done} of {total}: {said}", err=True)
        write_results(path, results(path, catalogue))
    found = results(path, catalogue)
    write_results(path, found)
    if found:
        tables = (aligned(summary_table(found)), aligned(reaching_table(found)))
        click.echo(visible_lines("\n\n".join(tables)))
    if len(found) < total:
        click.echo(f"interrupted; `hypertune resume {visible(path)}` goes on from here", err=True)
        return INTERRUPTED
    click.echo(f"\ncomparison: {visible(path / 'comparison.html')}", err=True)
    return DONE


def write_results(path: Path, runs: list[Compared]) -> None:
    """The runs that have ended as `results.csv`, `results.json` and `comparison.html`."""
    rows = [run.row() for run in runs]
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = StringIO()
    table = csv.DictWriter(text, names, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    write_atomically(path / "results.csv", text.getvalue().encode())
    tree = json.dumps(without_nan([_tree(run) for run in runs]), indent=1, allow_nan=False)
    write_atomically(path / "results.json", tree.encode())
    spec = (path / "spec.hspec").read_text(encoding="utf-8", errors="replace")
    html = comparison_page(f"{read_comparison(path).name}: comparison", runs, spec)
    write_atomically(path / "comparison.html", html.encode())


def _tree(run: Compared) -> dict[str, Any]:
    course = {"seconds": run.times, "epoch": run.epochs, "best_valid_loss": run.best_so_far}
    return {**run.row(), "course": {**course, **run.course}}
