"""Which names are known where, and what they stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from attrs import define, field, frozen

from hypertune import ir
from hypertune.catalogue import KINDS, Catalogue, DomainType, Kind, MethodType, Use
from hypertune.diagnostics import Diagnostic, Span
from hypertune.semantics.scope.findings import Failed, Findings
from hypertune.syntax import ast

K = TypeVar("K", bound=Kind)


@frozen
class Constant:
    """A named constant, or what a parameter of a block is bound to.

    `origin` is where the value of a parameter was passed, outside all blocks.
    """

    value: ir.Value
    origin: Span | None = None


@frozen
class Unknown:
    """A name without a value: its declaration is wrong, or nobody has passed one."""


@frozen
class Tunable:
    """One hyperparameter, or a vector of them."""

    names: tuple[str, ...]
    vector: bool = False


@frozen
class Piece:
    """A piece of network with a name."""

    block: ast.Block


Meaning = Constant | Unknown | Tunable | Piece


@frozen
class Declared:
    """One hyperparameter as declared; `bounds` are those of its domain.

    `span` is its place, `start` that of what it starts from, `prior` that of the deviation of its
    prior, if it has one.
    """

    hyper: ir.Hyper
    domain: DomainType
    bounds: tuple[float, float]
    span: Span
    start: Span
    prior: Span | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """What it is one of, if it is a choice."""
        return self.domain.words(self.hyper.domain.args)


@frozen
class HyperUse:
    """One place where a hyperparameter is an argument, and what the training loss is in it.

    `role` is what an optimiser moves of which it is an option.
    """

    hyper: str
    use: Use
    span: Span
    role: str = ""

    def is_followed_by(self, method: MethodType) -> bool:
        """Whether a method can tune it: of optimisers, those that train the weights."""
        return self.use in method.follows and self.role in ("", "weights")

    def __str__(self) -> str:
        return f"{self.use} of `{self.role}`" if self.role else str(self.use)


@define
class TupleSizes:
    """How many values tuples hold, inner ones included.

    Each is counted once: a tuple that stands in another twice would else be counted twice, and
    one that stands in that again four times.
    """

    _counted: dict[int, tuple[ir.Value, int]] = field(factory=dict)  # by id, of what is kept here

    def add(self, made: tuple[ir.Value, ...]) -> int:
        size = sum(self._of(item) for item in made)
        self._counted[id(made)] = made, size
        return size

    def _of(self, value: ir.Value) -> int:
        if not isinstance(value, tuple):
            return 1
        known = self._counted.get(id(value))
        return known[1] if known else len(value)  # a vector of hyperparameters


@define
class Knowledge:
    """What is gathered while a spec is read: the same for every scope of it."""

    catalogue: Catalogue
    findings: Findings = field(factory=Findings)
    hypers: dict[str, Declared] = field(factory=dict)
    uses: dict[HyperUse, None] = field(factory=dict)  # a set that keeps its order
    sizes: TupleSizes = field(factory=TupleSizes)
    _kinds: dict[type[Any], Mapping[str, Any]] = field(factory=dict)

    def kinds(self, kind: type[K]) -> Mapping[str, K]:
        """All kinds of one class, by name; looked up once, for networks have many layers."""
        if kind not in self._kinds:
            self._kinds[kind] = self.catalogue.of(kind)
        return self._kinds[kind]


@define
class Scope:
    """Names known at one place; what is not known here may be known further out."""

    knowledge: Knowledge
    outer: Scope | None = None
    later: Mapping[str, Span] = field(factory=dict)  # names declared further down
    role: str = ""  # what an optimiser moves whose options are read
    _meanings: dict[str, tuple[Meaning, Span]] = field(factory=dict)

    @property
    def findings(self) -> Findings:
        return self.knowledge.findings

    def fail(self, diagnostic: Diagnostic) -> Failed:
        """Report a mistake; what comes back is to be raised."""
        return self.findings.fail(diagnostic)

    def declare(self, name: str, meaning: Meaning, span: Span) -> None:
        self._meanings[name] = (meaning, span)

    def find(self, name: str) -> Meaning | None:
        found = self._meanings.get(name)
        if found:
            return found[0]
        return self.outer.find(name) if self.outer else None

    def place(self, name: str) -> Span | None:
        """Where `name` is declared in this scope."""
        found = self._meanings.get(name)
        return found[1] if found else None

    def names(self) -> Iterator[str]:
        """All names known here, innermost first."""
        yield from self._meanings
        if self.outer:
            yield from self.outer.names()

    def names_of(self, kind: type[Meaning]) -> tuple[str, ...]:
        return tuple(name for name in self.names() if isinstance(self.find(name), kind))


def otherwise(name: str, scope: Scope) -> str:
    """What a name is that is not what is wanted: "a metric"; empty if it is nothing."""
    match scope.find(name):
        case Tunable():
            return "a hyperparameter"
        case Constant() | Unknown():
            return "a constant"
        case Piece():
            return "a block"
    noun = next((kind.noun for kind in KINDS if name in scope.knowledge.kinds(kind)), "")
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}" if noun else ""
