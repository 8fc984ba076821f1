"""`hypertune explain`."""

from __future__ import annotations

from inspect import cleandoc

import click

from hypertune.diagnostics import Diagnostic, did_you_mean
from hypertune.explanations import diagnostics


@click.command("explain")
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """Tell more about CODE, such as HT201; without it, list all codes."""
    known = diagnostics()
    if code is None:
        for name, kind in known.items():
            click.echo(f"{name}  {kind.title}")
        return
    if code.upper() not in known:
        close = [help.text for help in did_you_mean(code.upper(), known)]
        advice = close[0] if close else "`hypertune explain` lists all"
        raise click.BadParameter(f"no diagnostic has the code {code}; {advice}", param_hint="CODE")
    click.echo(_page(known[code.upper()]))


def _page(kind: type[Diagnostic]) -> str:
    return f"{kind.severity}[{kind.code}]: {kind.title}\n\n{cleandoc(kind.__doc__ or '')}"
