"""What leaves the layers of a network, and the names that `as` gives it."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define, field, frozen

from hypertune import ir
from hypertune.diagnostics import Span
from hypertune.semantics.errors.labels import LabelTooEarly, UnknownLabel
from hypertune.semantics.errors.names import DeclaredTwice, ReservedName
from hypertune.semantics.scope.findings import Findings
from hypertune.syntax import ast


@frozen
class Flow:
    """What leaves a node: its name, its shape (None after a mistake), where it was written."""

    node: str
    shape: ir.Shape | None
    span: Span


@define
class Labels:
    """What `as` names in a model, or in one use of a block: the two do not see one another's."""

    findings: Findings
    _later: dict[str, Span]  # all that the body makes sooner or later
    _made: dict[str, Flow] = field(factory=dict)
    _places: dict[str, Span] = field(factory=dict)

    @classmethod
    def of(cls, body: ast.Body, findings: Findings) -> Labels:
        return cls(findings, {label.text: label.span for label in reversed([*labels(body)])})

    def make(self, label: ast.Name, flow: Flow) -> None:
        """Give what leaves a piece its name; in a repeat, the name moves on."""
        first = self._places.setdefault(label.text, label.span)
        if label.text == "input":
            self.findings.add(ReservedName(label.span, label.text, "what enters the model"))
        elif first != label.span:
            self.findings.add(DeclaredTwice(label.span, label.text, first))
        else:
            self._made[label.text] = flow

    def enter(self, flow: Flow) -> None:
        """What enters the model is called `input`."""
        self._made["input"] = flow

    def find(self, name: ast.Name) -> Flow:
        """What left the piece of that name."""
        found = self._made.get(name.text)
        if found is not None:
            return found
        if later := self._later.get(name.text):
            raise self.findings.fail(LabelTooEarly(name.span, name.text, later))
        known = dict.fromkeys([*self._made, *self._later])
        raise self.findings.fail(UnknownLabel(name.span, name.text, tuple(known)))


def labels(body: ast.Body) -> Iterator[ast.Name]:
    """Every name that `as` gives, however deep: names that are made up keep clear of them."""
    for piece in body.pieces:
        if piece.label:
            yield piece.label
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


def named(value: ast.Expr) -> str:
    """The name that stands in a string, where one was put around it; empty if none does."""
    return value.value if isinstance(value, ast.String) and value.value.isidentifier() else ""
