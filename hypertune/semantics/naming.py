"""Names of nodes: as labelled, or made up of kind and number."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define, field

from hypertune.syntax import ast


def labels(body: ast.Body) -> Iterator[str]:
    """Every name that `as` gives, however deep: names that are made up keep clear of them."""
    for piece in body.pieces:
        if piece.label:
            yield piece.label.text
        match piece:
            case ast.Repeat():
                yield from labels(piece.body)
            case ast.Residual():
                yield from labels(piece.body)
                if piece.shortcut:
                    yield from labels(piece.shortcut)
            case ast.Branch():
                for branch in piece.bodies:
                    yield from labels(branch)


@define
class NodeNames:
    """Unique names for nodes: `linear_1`, `linear_2`, or as labelled."""

    reserved: frozenset[str]
    _taken: set[str] = field(factory=lambda: {"input"})
    _counts: dict[str, int] = field(factory=dict)

    def number(self, kind: str) -> str:
        while True:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            name = f"{kind}_{self._counts[kind]}"
            if name not in self._taken and name not in self.reserved:
                self._taken.add(name)
                return name

    def label(self, label: str) -> str:
        """The label itself; in a body used again, the label with a number."""
        if label in self._taken:
            return self.number(label)
        self._taken.add(label)
        return label
