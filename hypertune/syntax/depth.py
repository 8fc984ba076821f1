"""Refuses expressions that hang together so deep that the tree could not be walked."""

from __future__ import annotations

from lark import Token

from hypertune.diagnostics import SpecError
from hypertune.syntax.brackets import OPENER, PARTNER
from hypertune.syntax.mistakes import TooDeep
from hypertune.syntax.tokens import OPERATORS, Scan

_DEEPEST = 200


def check_depth(scan: Scan, tokens: list[Token]) -> None:
    """Count, for tokens with matched brackets, what hangs on one another.

    An item is as deep as its operators and brackets are many; a list, as its deepest item.

    Raises:
        SpecError: if a statement goes deeper than the tree may.

    """
    open_lists = [[0, 0]]  # of each open bracket: the present item, the deepest before it
    for token in tokens:
        innermost = open_lists[-1]
        if token.type in PARTNER:
            open_lists.append([0, 0])
        elif token.type in OPENER:
            deepest = max(open_lists.pop())
            open_lists[-1][0] += deepest + 1
        elif token.type in OPERATORS:
            innermost[0] += 1
        elif token.type in ("COMMA", "_END"):
            innermost[:] = 0, max(innermost)
        if open_lists[-1][0] > _DEEPEST:
            mistake = TooDeep(scan.span(token), f"{_DEEPEST} brackets and operators", "let")
            raise SpecError([*scan.mistakes, mistake])
