"""Neighbouring `hyper` lines, their columns aligned."""

from __future__ import annotations

from collections.abc import Sequence

from hypertune.syntax import ast
from hypertune.syntax.printing.expressions import flat, flat_kind
from hypertune.syntax.printing.lines import WIDTH, Line


def hypers(run: Sequence[ast.Hyper]) -> list[list[Line]]:
    """`hyper NAMES : DOMAIN = START CLAUSES`, unaligned if that would make a line too long."""
    rows = [(_names(h), flat_kind(h.domain), _start(h), _clauses(h)) for h in run]
    names, domain = (max(len(row[i]) for row in rows) for i in (0, 1))
    start = max((len(row[2]) for row in rows if row[3]), default=0)
    lines = [_row(row, (names, domain, start)) for row in rows]
    if max(map(len, lines)) > WIDTH:
        lines = [_row(row, (0, 0, len(row[2]))) for row in rows]
    return [[Line(line)] for line in lines]


def _row(cells: tuple[str, str, str, str], widths: tuple[int, int, int]) -> str:
    names, domain, start, clauses = cells
    behind = f"{start:<{widths[2]}} {clauses}" if widths[2] else start or clauses
    return f"hyper {names:<{widths[0]}} : {domain:<{widths[1]}} {behind}".rstrip()


def _names(hyper: ast.Hyper) -> str:
    return ", ".join(
        n.name.text if n.size is None else f"{n.name.text}[{flat(n.size)}]" for n in hyper.names
    )


def _start(hyper: ast.Hyper) -> str:
    return "" if hyper.start is None else f"= {flat(hyper.start)}"


def _clauses(hyper: ast.Hyper) -> str:
    fixed = " fixed" if hyper.fixed else ""
    words = [
        f"per {hyper.per.text}" if hyper.per else "",
        f"spread {flat(hyper.spread)}{fixed}" if hyper.spread is not None else "",
        f"prior {flat(hyper.prior)}" if hyper.prior is not None else "",
        "frozen" if hyper.frozen else "",
    ]
    return " ".join(filter(None, words))
