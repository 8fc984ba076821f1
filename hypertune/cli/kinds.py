"""`hypertune kinds`."""

from __future__ import annotations

import click

from hypertune.catalogue import Catalogue, Kind
from hypertune.catalogue.wording import FAMILIES, about, arguments, facts, signature
from hypertune.cli.catalogues import catalogue_of, catalogue_option
from hypertune.diagnostics import did_you_mean


@click.command("kinds")
@click.argument("name", required=False)
@catalogue_option
def command(name: str | None, catalogue_name: str) -> None:
    """Describe the kind NAME with its arguments; without it, list all kinds."""
    catalogue = catalogue_of(catalogue_name)
    if name is None:
        click.echo("\n\n".join(_overview(catalogue, family) for family in FAMILIES))
        return
    found = [
        _page(family, kinds[name])
        for family, kinds in ((f, catalogue.of(FAMILIES[f])) for f in FAMILIES)
        if name in kinds
    ]
    if not found:
        close = [help.text for help in did_you_mean(name, (kind.name for kind in catalogue))]
        advice = close[0] if close else "`hypertune kinds` lists all"
        raise click.BadParameter(f"no kind is called `{name}`; {advice}", param_hint="NAME")
    click.echo("\n\n".join(found))


def _overview(catalogue: Catalogue, family: str) -> str:
    kinds = catalogue.of(FAMILIES[family])
    width = max(map(len, kinds), default=0)
    lines = [f"  {name:{width}}  {_first_line(kind.doc)}" for name, kind in sorted(kinds.items())]
    return "\n".join([f"{family}:", *lines])


def _page(family: str, kind: Kind) -> str:
    args = arguments(kind)
    lines = [f"{family} {signature(kind)}", "", kind.doc.strip()]
    told = [f"  * {fact}" for fact in facts(kind)]
    lines += ["", *told] if told else []
    if args:
        width = max(len(arg.name) for arg in args)
        lines += ["", *(f"  {arg.name:{width}}  {about(arg)}" for arg in args)]
    return "\n".join(lines)


def _first_line(doc: str) -> str:
    return doc.strip().splitlines()[0] if doc.strip() else ""
