"""What stands between two braces, or in a whole spec: statements, comments, blank lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from hypertune.syntax import ast
from hypertune.syntax.printing.lines import BLANK, STEP, Line, with_comment
from hypertune.syntax.printing.remarks import Entry, Remarks, entries

N = TypeVar("N", bound=ast.SyntaxNode)
# Prints neighbours, so that it can align them: the lines of each, in order.
Writer = Callable[[Sequence[N]], list[list[Line]]]


def contents(
    nodes: Sequence[N], remarks: Remarks, place: tuple[int, int, int], depth: int, write: Writer[N]
) -> tuple[str, list[Line]]:
    """The comment behind the opening, and the lines up to the closing.

    Args:
        nodes: the statements.
        remarks: the comments not printed yet.
        place: the offsets where the contents begin and end, and the line of the opening.
        depth: how many braces are around them.
        write: prints statements without a blank line between them.

    """
    header, found = entries(nodes, remarks, *place)
    out: list[Line] = []
    for paragraph in _paragraphs(found):
        out += [BLANK] if out else []
        written = iter(write([e.node for e in paragraph if not isinstance(e.node, ast.Comment)]))
        for entry in paragraph:
            if isinstance(entry.node, ast.Comment):
                out.append(_own_line(entry.node, depth))
                continue
            lines = next(written)
            # Comments at places where no line can end go in front.
            inside = remarks.take(entry.node.span.start, entry.node.span.end)
            out += [_own_line(comment, depth) for comment in inside]
            out += with_comment(lines, entry.trailing)
    return header, out


def _paragraphs(found: list[Entry[N]]) -> list[list[Entry[N]]]:
    out: list[list[Entry[N]]] = []
    for entry in found:
        if entry.gap or not out:
            out.append([])
        out[-1].append(entry)
    return out


def _own_line(comment: ast.Comment, depth: int) -> Line:
    return Line(" " * (depth * STEP) + comment.text)
