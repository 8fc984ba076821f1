"""Lines of printed text, and the comments that stand behind them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from attrs import evolve, frozen

WIDTH = 99  # of a line of layers or settings
ROW = 139  # of a block on one line, often a row in a table of blocks
STEP = 2
_COMMENT_COLUMN = 49


@frozen
class Line:
    """`text # comment`; a comment that stands alone is the text."""

    text: str = ""
    comment: str = ""


BLANK = Line()


def indent(depth: int) -> str:
    return " " * (depth * STEP)


def with_comment(lines: Sequence[Line], comment: str) -> list[Line]:
    """The comment behind the last line."""
    return [*lines[:-1], evolve(lines[-1], comment=comment)] if comment else list(lines)


def joined(lines: Iterable[Line]) -> str:
    """The text; the comments of neighbouring lines begin in one column."""
    out: list[str] = []
    for commented, run in groupby(lines, key=lambda line: bool(line.comment)):
        rows = list(run)
        column = max(_COMMENT_COLUMN, *(len(r.text) + 2 for r in rows)) if commented else 0
        out += [f"{row.text:<{column}}{row.comment}" for row in rows]
    return "".join(f"{line}\n" for line in out)
