"""`hypertune train`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import evolve

from hypertune.cli.catalogues import catalogue_of, catalogue_option
from hypertune.cli.compiling import compiled, set_option, tune_block
from hypertune.cli.importing import heavy_imports
from hypertune.cli.logging import logging_options
from hypertune.overrides import Setting
from hypertune.spec_files import read_spec

if TYPE_CHECKING:
    from hypertune.reporting.sink import Sink

# Steps: on one core the quickstart's graphs take 53 s, and save 2.7 ms a step.
WORTH_COMPILING = 20_000


@click.command("train")
@click.argument("spec")
@click.option("--tune", "tune_name", metavar="NAME", default="", help="The tune block to run.")
@set_option
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Instead of the spec's.")
@click.option("--device", metavar="D", default="", help="For layers without `on`; `auto` spreads.")
@click.option("--out", type=click.Path(path_type=Path), help="The run folder; must be empty.")
@click.option("--epochs", type=click.IntRange(1), help="Instead of the spec's length.")
@click.option("--any-size", is_flag=True, help="Train even what is too large for the memory.")
@click.option("--jobs", type=click.IntRange(1, 1024), default=1, help="Trials side by side.")
@click.option("--storage", metavar="URL", default="", help="A study that others work on, too.")
@click.option(
    "--compile",
    "compiles",
    type=click.Choice(["auto", "on", "off"]),
    default="off",
    help=f"Have torch compile the losses; `auto` from {WORTH_COMPILING:_} steps on.",
)
@click.option("--cuda-graphs", is_flag=True, help="Replay the losses as CUDA graphs, on a GPU.")
@click.option("--channels-last", is_flag=True, help="The layout of images; faster convolutions.")
@logging_options
@catalogue_option
@click.pass_context
def command(
    ctx: click.Context,
    spec: str,
    tune_name: str,
    overrides: tuple[Setting, ...],
    seed: int | None,
    device: str,
    out: Path | None,
    epochs: int | None,
    any_size: bool,
    jobs: int,
    storage: str,
    compiles: str,
    cuda_graphs: bool,
    channels_last: bool,
    catalogue_name: str,
    logged: Callable[[str], list[Sink]],
) -> None:
    """Train and tune SPEC: a file, a shipped spec's name, a compiled PROGRAM.json, or -."""
    file = read_spec(spec)
    catalogue = catalogue_of(catalogue_name)
    found = compiled(file, overrides, catalogue)
    tune = tune_block(found.program, tune_name)

    # Only a right spec waits for torch.
    with heavy_imports():
        import torch

        from hypertune.cli.training import finish, watched
        from hypertune.jobs.job import start
        from hypertune.jobs.order import Order
        from hypertune.planning import length

    order = Order(
        program=found.program,
        spec=found.text,
        name=file.stem,
        tune=tune.name,
        seed=seed,
        epochs=epochs,
        device=device,
        catalogue=catalogue_name,
        command=tuple(sys.argv[1:]),
        any_size=any_size,
        jobs=jobs,
        storage=storage,
        channels_last=channels_last,
    )
    planned = length(order.settled, order.settled.tune(tune.name), catalogue)
    if planned.too_short:
        first = f"`{tune.method.kind}` first tunes after step {planned.first_turn}"
        click.echo(f"note: nothing will be tuned: {first}, of {planned.steps}", err=True)
    long = compiles == "auto" and (planned.steps or 0) >= WORTH_COMPILING
    if planned.trials is None:
        order = evolve(order, compiled=compiles == "on" or long, captured=cuda_graphs)
    elif compiles != "off" or cuda_graphs:
        click.echo("note: the trainings of a study are neither compiled nor captured", err=True)
    with watched(torch.get_num_threads()) as sinks:
        path = start(order, out, catalogue, [*sinks, *logged(file.stem)])
    ctx.exit(finish(path))
