"""The comments of a spec, handed out once each to whatever prints their place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Generic, TypeVar

from attrs import define, evolve, frozen

from hypertune.diagnostics import Span
from hypertune.syntax import ast

N = TypeVar("N", bound=ast.SyntaxNode)


def first_line(node: ast.SyntaxNode) -> int:
    return node.span.source.locate(node.span.start)[0]


def last_line(node: ast.SyntaxNode) -> int:
    return node.span.source.locate(max(node.span.start, node.span.end - 1))[0]


def column(node: ast.SyntaxNode) -> int:
    return node.span.position[1]


@define
class Remarks:
    """The comments not printed yet, in source order."""

    left: list[ast.Comment]

    def take(self, start: int, end: int) -> list[ast.Comment]:
        """The comments written between two offsets; nobody gets them again."""
        low = bisect_left(self.left, start, key=_start)
        high = bisect_left(self.left, end, key=_start)
        taken = self.left[low:high]
        del self.left[low:high]
        return taken

    def within(self, span: Span) -> bool:
        """Whether any of them stands inside the span."""
        at = bisect_left(self.left, span.start, key=_start)
        return at < len(self.left) and self.left[at].span.start < span.end


def _start(comment: ast.Comment) -> int:
    return comment.span.start


@frozen
class Entry(Generic[N]):
    """A statement as the author set it, or a comment with a line to itself."""

    gap: bool  # a blank line stood before it
    node: N | ast.Comment
    trailing: str = ""  # the comment behind it


def entries(
    nodes: Sequence[N], remarks: Remarks, start: int, end: int, opening: int
) -> tuple[str, list[Entry[N]]]:
    """The comment behind the opening, and what stands between two offsets.

    `opening` is the line of what opens the container (0 for a whole spec).

    """
    out: list[Entry[N]] = []
    header, at, line = "", start, opening
    for node in (*nodes, None):
        for comment in remarks.take(at, end if node is None else node.span.start):
            if first_line(comment) > line:
                out.append(Entry(bool(out) and first_line(comment) > line + 1, comment))
                line = first_line(comment)
            elif out:
                out[-1] = evolve(out[-1], trailing=comment.text)
            else:
                header = comment.text
        if node is not None:
            out.append(Entry(bool(out) and first_line(node) > line + 1, node))
            at, line = node.span.end, last_line(node)
    return header, out
