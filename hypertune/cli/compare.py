"""`hypertune compare`."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import click

from hypertune.cli.catalogues import catalogue_of, catalogue_option
from hypertune.cli.compiling import compiled, set_option, tune_block
from hypertune.overrides import Setting
from hypertune.spec_files import read_spec

_UNITS = {"s": 1, "min": 60, "h": 3600}


class Seconds(click.ParamType[float]):
    """A length of time such as `90s`, `10min` or `1.5h`."""

    name = "time"

    def convert(
        self, value: str | float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, float):
            return value
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|min|h)", value)
        if not found or not float(found[1]):
            self.fail(f"{value!r} is no length of time; write such as 90s, 10min or 1.5h", param)
        return float(found[1]) * _UNITS[found[2]]


@click.command("compare")
@click.argument("spec")
@click.option("--tune", "tunes", metavar="A,B,…", default="", help="Blocks to run; default all.")
@click.option("--budget", type=Seconds(), help="Of training for each run, such as 10min.")
@click.option("--seeds", type=click.IntRange(1, 1000), default=1, help="Runs of each block.")
@click.option("--jobs", type=click.IntRange(1, 1024), default=1, help="Runs side by side.")
@set_option
@click.option("--device", metavar="D", default="", help="For layers without `on`.")
@click.option("--out", type=click.Path(path_type=Path), help="The folder; must be empty.")
@catalogue_option
@click.pass_context
def command(
    ctx: click.Context,
    spec: str,
    tunes: str,
    budget: float | None,
    seeds: int,
    jobs: int,
    overrides: tuple[Setting, ...],
    device: str,
    out: Path | None,
    catalogue_name: str,
) -> None:
    """Train the tune blocks of SPEC side by side: same data, same seeds, same time.

    Writes a folder with a run folder for each block and seed, tables (CSV, JSON) and a page of
    HTML. Interrupted, it goes on with `hypertune resume FOLDER`.
    """
    file = read_spec(spec)
    catalogue = catalogue_of(catalogue_name)
    found = compiled(file, overrides, catalogue)
    tune_block(found.program, "")  # there is one
    names = [name.strip() for name in tunes.split(",")] if tunes else []
    blocks = [tune_block(found.program, name).name for name in names]
    blocks = list(dict.fromkeys(blocks or [tune.name for tune in found.program.tunes]))

    from hypertune.cli.comparing import compare
    from hypertune.jobs.comparing import Comparison, begin
    from hypertune.jobs.order import Order

    comparison = Comparison(file.stem, tuple(blocks), seeds, budget, device, catalogue_name, jobs)
    path = out or Path("comparisons") / f"{file.stem}-{datetime.now():%Y%m%d-%H%M%S}"
    begin(path, comparison, Order(program=found.program, spec=found.text))
    ctx.exit(compare(path, catalogue))
