"""Names of nodes: as labelled, or made up of kind and number."""

from __future__ import annotations

from attrs import define, field

from hypertune.ir.names import is_free
from hypertune.syntax import ast


@define
class NodeNames:
    """Unique names for nodes: `linear_1`, `linear_2`, or as labelled."""

    reserved: frozenset[str]
    _taken: set[str] = field(factory=lambda: {"input"})
    _counts: dict[str, int] = field(factory=dict)

    def of(self, kind: str, label: ast.Name | None) -> str:
        """A name for a node."""
        return self.label(label.text) if label else self.number(kind)

    def number(self, kind: str) -> str:
        while True:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            name = f"{kind}_{self._counts[kind]}"
            if name not in self._taken and name not in self.reserved:
                self._taken.add(name)
                return name

    def label(self, label: str) -> str:
        """The label itself; with a number in a body used again, or where torch has it already."""
        if label in self._taken or not is_free(label):
            return self.number(label)
        self._taken.add(label)
        return label
