"""`hypertune explain`."""

from __future__ import annotations

from inspect import cleandoc

import click

from hypertune.diagnostics import Diagnostic
from hypertune.explanations import MERGED, diagnostics, explanation, title


@click.command("explain")
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """Tell more about CODE, such as HT201; without it, list all codes."""
    known = diagnostics()
    if code is None:
        for name, kind in known.items():
            click.echo(f"{name}  {cleandoc(kind.__doc__ or '').splitlines()[0]}")
        return
    if new := MERGED.get(code.upper()):
        click.echo(f"{code.upper()} is part of {new} now\n\n{_page(known[new])}")
        return
    if code.upper() not in known:
        meant = f"HT{code}"
        advice = f"did you mean `{meant}`?" if meant in known else "`hypertune explain` lists all"
        raise click.BadParameter(f"no diagnostic has the code {code}; {advice}", param_hint="CODE")
    click.echo(_page(known[code.upper()]))


def _page(kind: type[Diagnostic]) -> str:
    return f"{kind.severity}[{kind.code}]: {title(kind)}\n\n{explanation(kind)}"
