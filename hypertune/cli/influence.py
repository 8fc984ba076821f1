"""`hypertune influence`."""

from __future__ import annotations

from pathlib import Path

import click

from hypertune.cli.catalogues import catalogue_again, catalogue_option
from hypertune.cli.writing import force_option, show


@click.command("influence")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--on", "part", type=click.Choice(["valid", "test"]), default="valid")
@click.option("--example", type=click.IntRange(0), help="One example of the part; all by default.")
@click.option("--top", type=click.IntRange(1), default=10, help="How many to show of each kind.")
@click.option("--at", type=click.Choice(["best", "last"]), default="best", help="Which weights.")
@click.option("--solver", type=click.Choice(["cg", "lissa", "exact"]), default="cg")
@click.option("--iterations", type=click.IntRange(1), default=100, help="Of the solver, at most.")
@click.option("--damping", type=click.FloatRange(0), default=0.0, help="Added to the Hessian.")
@click.option(
    "--scale", type=click.FloatRange(0, min_open=True), default=0.1, help="A step of lissa."
)
@click.option("--pixels", is_flag=True, help="Draw what in each picture the loss depends on.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="A table to write, NAME.csv, and for pictures a page, NAME.html.",
)
@force_option
@catalogue_option
def command(
    run: Path,
    part: str,
    example: int | None,
    top: int,
    at: str,
    solver: str,
    iterations: int,
    damping: float,
    scale: float,
    pixels: bool,
    output: Path | None,
    force: bool,
    catalogue_name: str,
) -> None:
    """Score each training example of RUN by what it does to the loss of others.

    The score says by how much the loss would rise without the example, to first order (Koh and
    Liang 2017): who is helpful has a high one, who is harmful, such as a wrong label, a negative
    one. It assumes that the training has come to a minimum; how near it came is said.
    """
    from hypertune.influence import solver_of
    from hypertune.jobs.influencing import ask
    from hypertune.jobs.trained import load_run
    from hypertune.pages import scores_page, scores_table
    from hypertune.reporting.numbers import aligned, short
    from hypertune.runs.files import claim, write_atomically

    trained = load_run(run)
    catalogue = catalogue_again(trained.about.catalogue, catalogue_name)
    question = ask(trained, catalogue, at)
    size = len(getattr(question.sets, part))
    if example is not None and example >= size:
        why = f"the {part} part has {size} examples, from 0"
        raise click.BadParameter(why, param_hint="--example")
    targets = [output.with_suffix(end) for end in (".csv", ".html")] if output else []
    for path in targets:
        claim(path, force, [run])
    try:
        chosen = solver_of(solver, iterations, damping, scale)
        found = question.scores(part, example, chosen, stochastic=solver == "lissa")
    except ValueError as fault:  # of a solver that does not fit
        raise click.UsageError(str(fault)) from None
    ranked = question.ranked(found, pixels=top if pixels else 0)
    show(f"{aligned(scores_table(ranked, top))}\n")
    said = ", ".join(f"{name} {short(value)}" for name, value in found.statistics.items())
    click.echo(f"{solver}: {said}", err=True)
    if targets:
        write_atomically(targets[0], question.csv(found).encode())
        show(f"{targets[0]}\n")
    if targets and question.has_pictures:
        what = "the validation loss" if part == "valid" else "the test loss"
        what = what if example is None else f"the loss of example {example} of {part}"
        html = scores_page(f"{trained.about.name}: influence on {what}", ranked, top)
        write_atomically(targets[1], html.encode())
        show(f"{targets[1]}\n")
