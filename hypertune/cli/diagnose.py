"""`hypertune diagnose`."""

from __future__ import annotations

import sys

import click

from hypertune.cli.catalogues import catalogue_of, catalogue_option
from hypertune.cli.compiling import compiled, set_option, tune_block
from hypertune.overrides import Setting
from hypertune.spec_files import read_spec


@click.command("diagnose")
@click.argument("spec")
@click.option("--tune", "tune_name", metavar="NAME", default="", help="The tune block to train.")
@set_option
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Instead of the spec's.")
@click.option("--epochs", type=click.IntRange(1), help="Instead of the spec's length.")
@click.option(
    "--retrain",
    type=click.IntRange(1),
    metavar="N",
    help="Find the reference by training again, N iterations of L-BFGS on both sides of each.",
)
@click.option(
    "--examples", type=click.IntRange(1), default=1000, help="At most, of each part, to look at."
)
@catalogue_option
def command(
    spec: str,
    tune_name: str,
    overrides: tuple[Setting, ...],
    seed: int | None,
    epochs: int | None,
    retrain: int | None,
    examples: int,
    catalogue_name: str,
) -> None:
    """Train SPEC, then say which methods' hypergradients can be trusted where it has come to.

    Each is compared with the most exact one, by its direction (cosine) and its length. Of STN and
    Delta-STN it also says how well the responses predict. Nothing is written.
    """
    file = read_spec(spec)
    catalogue = catalogue_of(catalogue_name)
    found = compiled(file, overrides, catalogue)
    tune = tune_block(found.program, tune_name)
    if catalogue.trials(found.program, tune) is not None:
        why = f"`{tune.method.kind}` has no hypergradient: name a block of another method"
        raise click.BadParameter(why, param_hint="--tune")

    import torch

    from hypertune.cli.diagnosing import described
    from hypertune.cli.training import watched
    from hypertune.jobs.diagnosing import diagnose
    from hypertune.jobs.order import Order

    order = Order(program=found.program, tune=tune.name, seed=seed, epochs=epochs)
    with watched(torch.get_num_threads()) as sinks:
        diagnosis = diagnose(
            order.settled, tune.name, catalogue, sinks, examples=examples, retrain=retrain or 0
        )
    click.echo(described(diagnosis), file=sys.stdout)
