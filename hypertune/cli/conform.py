"""`hypertune conform`."""

from __future__ import annotations

import warnings
from collections import Counter
from textwrap import indent
from typing import TYPE_CHECKING, Any

import click

from hypertune.catalogue import AugmentType, LayerType, LossType
from hypertune.cli.catalogues import as_catalogue, named
from hypertune.cli.exits import DONE, WRONG_SPEC

if TYPE_CHECKING:
    from hypertune.testing import Case, Verdict
    from hypertune.testing.augment_case import AugmentCase
    from hypertune.testing.loss_case import LossCase
    from hypertune.testing.method_case import MethodCase, MethodUse
    from hypertune.testing.writing import Conforming

_HINT = "MODULE:NAME"
_SHOWN = 8  # lines of what is found


@click.command("conform")
@click.argument("target", metavar=_HINT)
@click.option("--cases", default=25, show_default=True, help="How many are tried for a law.")
@click.option("--seed", default=0, show_default=True, help="Which ones.")
@click.option("--device", default="cpu", show_default=True, help="Where: `cuda`, `cuda:1`.")
@click.pass_context
def command(ctx: click.Context, target: str, cases: int, seed: int, device: str) -> None:
    """Hold a layer type, augmentation, loss or method, or all of a catalogue, against its laws.

    Exit 1 if one breaks.

    A broken law is shown with the smallest case that breaks it, as the part of a spec.
    """
    found = named(target, _HINT)
    try:
        from hypertune.testing import Sample, verdicts
    except ModuleNotFoundError as missing:
        if missing.name != "hypothesis":
            raise
        why = "hypothesis is not installed: pip install 'hypertune-stn[test]'"
        raise click.UsageError(why) from missing
    _check_device(device)
    kinds = _conforming(found, target)
    warnings.simplefilter("ignore")  # what torch and layers warn of is no verdict
    endings: Counter[str] = Counter()
    for kind in kinds:
        click.echo(f"{kind.name}:")
        try:
            for verdict in verdicts(kind, Sample(cases, seed, device)):
                click.echo(indent(_told(verdict), "  "))
                endings[verdict.ending] += 1
        except ValueError as wrong:  # of its declaration
            raise click.BadParameter(str(wrong), param_hint=_HINT) from wrong
    click.echo(f"{endings['held']} laws held, {endings['waived']} waived", nl=False)
    click.echo(f", {endings['broken']} broken" if endings["broken"] else "")
    ctx.exit(WRONG_SPEC if endings["broken"] else DONE)


def _check_device(device: str) -> None:
    import torch

    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as fault:  # what torch raises depends on what is missing
        why = str(fault).partition("\n")[0]
        raise click.BadParameter(f"torch: {why}", param_hint="--device") from fault


def _conforming(found: Any, target: str) -> list[Conforming | MethodUse]:
    from hypertune.testing import MethodUse

    if isinstance(found, LayerType | AugmentType | LossType | MethodUse):
        return [found]
    if all(hasattr(found, name) for name in ("follows", "init", "step", "conditioning")):
        return [MethodUse(_made(found) if isinstance(found, type) else found)]
    catalogue = as_catalogue(found, target, _HINT)
    kinds: list[Conforming | MethodUse] = [
        kind for kind in catalogue if isinstance(kind, LayerType | AugmentType | LossType)
    ]
    if not kinds:
        why = f"there is no layer type, augmentation or loss in {target}"
        raise click.BadParameter(why, param_hint=_HINT)
    return kinds


def _made(method: type) -> Any:
    """A method with the defaults of its options."""
    try:
        return method()
    except TypeError as missing:
        why = f"{missing}; name a value such as {method.__name__}(…)"
        raise click.BadParameter(why, param_hint=_HINT) from missing


def _told(verdict: Verdict) -> str:
    """One line; of a broken law, what is wrong below it."""
    line = f"{verdict.ending:6}  {verdict.law}"
    if verdict.ending != "broken":
        return f"{line}: {verdict.why}" if verdict.why else line
    lines = [text for text in verdict.why.splitlines() if text.strip()][:_SHOWN]
    shown = _shown(verdict.case) if verdict.case else []
    return "\n".join([line, *(indent(text, " " * 8) for text in [*lines, *shown])])


def _shown(case: Case | AugmentCase | LossCase | MethodCase) -> list[str]:
    examples = getattr(case, "examples", 0)  # a problem of a method has batches of its own
    many = f"{examples} example{'s' * (examples != 1)} and " if examples else ""
    return [f"with {many}the seed {case.seed}, of", indent(case.fragment(), "  ")]
