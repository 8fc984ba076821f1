"""`hypertune kinds`."""

from __future__ import annotations

import click

from hypertune.catalogue import Kind
from hypertune.catalogue.wording import FAMILIES, about, facts, signature
from hypertune.cli.catalogues import OURS, catalogue_option, kinds_with_origins
from hypertune.diagnostics import did_you_mean

Known = list[tuple[Kind, str]]  # kinds, and where each comes from


@click.command("kinds")
@click.argument("name", required=False)
@catalogue_option
def command(name: str | None, catalogue_name: str) -> None:
    """Describe the kind NAME with its arguments; without it, list all kinds."""
    known = kinds_with_origins(catalogue_name)
    if name is None:
        click.echo("\n\n".join(_overview(known, family) for family in FAMILIES))
        return
    found = [
        _page(family, kind, origin)
        for family in FAMILIES
        for kind, origin in _of(known, family)
        if kind.name == name
    ]
    if not found:
        close = [help.text for help in did_you_mean(name, (kind.name for kind, _ in known))]
        advice = close[0] if close else "`hypertune kinds` lists all"
        raise click.BadParameter(f"no kind is called `{name}`; {advice}", param_hint="NAME")
    click.echo("\n\n".join(found))


def _of(known: Known, family: str) -> Known:
    return [(kind, origin) for kind, origin in known if isinstance(kind, FAMILIES[family])]


def _overview(known: Known, family: str) -> str:
    """The kinds of a family; of those that are not ours, where they come from."""
    kinds = sorted(_of(known, family), key=lambda known: known[0].name)
    width = max((len(kind.name) for kind, _ in kinds), default=0)
    lines = [
        f"  {kind.name:{width}}  {_first_line(kind.doc)}"
        + (f"  [{origin}]" if origin != OURS else "")
        for kind, origin in kinds
    ]
    return "\n".join([f"{family}:", *lines])


def _page(family: str, kind: Kind, origin: str) -> str:
    args = kind.args
    lines = [f"{family} {signature(kind)}", "", kind.doc.strip()]
    lines += ["", *(f"  * {fact}" for fact in facts(kind)), f"  * comes from {origin}"]
    if args:
        width = max(len(arg.name) for arg in args)
        lines += ["", *(f"  {arg.name:{width}}  {about(arg)}" for arg in args)]
    return "\n".join(lines)


def _first_line(doc: str) -> str:
    return doc.strip().splitlines()[0] if doc.strip() else ""
