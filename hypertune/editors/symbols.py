"""The names that a spec declares, and every place where each is meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import define, field, fields, frozen

from hypertune.diagnostics import Span
from hypertune.syntax import ast

_NODE_KINDS = ("add", "concat", "mul", "mean")  # layers whose arguments are labels
_NODE_ARGS = ("tied", "of")  # arguments that are labels


@define
class Symbol:
    """A name of the spec: `sort` is hyperparameter, constant, block, parameter, label or tune."""

    sort: str
    name: str
    declared: Span
    holder: Span  # the statement or layer that declares it
    uses: list[Span] = field(factory=list)

    @property
    def places(self) -> tuple[Span, ...]:
        return (self.declared, *self.uses)

    @property
    def file(self) -> str:
        """The name of the text that declares it."""
        return self.declared.source.name

    @property
    def home(self) -> tuple[str, int, int]:
        """Its holder, distinct from those at the same offsets of other texts."""
        return self.file, self.holder.start, self.holder.end


def symbols(statements: Iterable[ast.Statement]) -> tuple[Symbol, ...]:
    """Every name that is declared, file by file as they first appear, each in source order.

    Args:
        statements: those of a spec, with those of what it includes.

    """
    work, statements = _Resolver(), tuple(statements)
    for statement in statements:
        work.declare(statement)
    for statement in statements:
        work.resolve(statement)
    files = list(dict.fromkeys(statement.span.source.name for statement in statements))
    return tuple(sorted(work.found, key=lambda s: (files.index(s.file), s.declared.start)))


@frozen
class _Names:
    """What names mean at one place; labels are a world of their own."""

    values: dict[str, Symbol]
    labels: dict[str, Symbol]

    def find(self, name: str, label: bool = False) -> Symbol | None:
        first, second = (self.values, self.labels)[:: -1 if label else 1]
        return first.get(name) or second.get(name)


@define
class _Resolver:
    found: list[Symbol] = field(factory=list)
    whole: _Names = field(factory=lambda: _Names({}, {}))
    params: dict[str, dict[str, Symbol]] = field(factory=dict)  # of each block

    def declare(self, statement: ast.Statement) -> None:
        match statement:
            case ast.Let(name=name):
                self._new("constant", name, statement.span, self.whole.values)
            case ast.Hyper(names=names):
                for item in names:
                    self._new("hyperparameter", item.name, statement.span, self.whole.values)
            case ast.Block(name=name, params=params):
                self._new("block", name, statement.span, self.whole.values)
                own = self.params.setdefault(name.text, {})
                for param in params:
                    self._new("parameter", param.name, statement.span, own)
            case ast.Section(name=ast.Name() as name):
                self._new("tune", name, statement.span, {})
            case ast.Model(body=body):
                self._labels(body, self.whole.labels)

    def resolve(self, statement: ast.Statement) -> None:
        names = self.whole
        if isinstance(statement, ast.Block):
            for param in statement.params:
                self._walk(param.default, self.whole, False)
            names = _Names(names.values | self.params[statement.name.text], {})
            self._labels(statement.body, names.labels)
            for part in (statement.given, statement.body):
                self._walk(part, names, False)
        elif not isinstance(statement, ast.Version | ast.Include):
            self._walk(statement, names, False)

    def _new(self, sort: str, name: ast.Name, holder: Span, into: dict[str, Symbol]) -> None:
        symbol = Symbol(sort, name.text, name.span, holder)
        self.found.append(symbol)
        into.setdefault(name.text, symbol)

    def _labels(self, body: ast.Body, into: dict[str, Symbol]) -> None:
        for node in _nodes(body):
            label = getattr(node, "label", None)
            if label is not None:
                self._new("label", label, node.span, into)

    def _walk(self, part: object, names: _Names, label: bool) -> None:
        """Note every name that is used; `label` tells that labels are meant before values."""
        match part:
            case ast.Name(text=text):
                symbol = names.find(text, label)
                if symbol is not None and not _same(part.span, symbol.declared):
                    symbol.uses.append(part.span)
            case ast.Call(kind=kind, args=args):
                block, own = names.find(kind.text), {}
                if block and block.sort == "block":
                    block.uses.append(kind.span)
                    own = self.params[kind.text]
                for arg in args:
                    if arg.name and arg.name.text in own:
                        own[arg.name.text].uses.append(arg.name.span)
                    self._walk(arg, names, kind.text in _NODE_KINDS)
            case ast.Arg(name=name, value=value):
                self._walk(value, names, label or (name is not None and name.text in _NODE_ARGS))
            case ast.Binary():
                while isinstance(part, ast.Binary):  # a long sum leans to the left
                    self._walk(part.right, names, label)
                    part = part.left
                self._walk(part, names, label)
            case ast.Quantity():
                pass
            case ast.Section(settings=settings):
                for setting in settings:
                    self._walk(setting.value, names, False)
            case ast.Let(value=value):
                self._walk(value, names, False)
            case ast.Hyper(names=items, domain=domain, start=start, spread=spread, prior=prior):
                sizes = tuple(item.size for item in items)
                self._walk((*sizes, domain, start, spread, prior), names, False)
            case ast.LayerStatement() | ast.Repeat() | ast.Residual() | ast.Branch():
                self._walk(_children(part, leaving=("label", "mode")), names, False)
            case tuple():
                for item in part:
                    self._walk(item, names, label)
            case ast.SyntaxNode():
                self._walk(_children(part), names, label)


def _same(left: Span, right: Span) -> bool:
    """Whether two spans are one; those of several files may count alike."""
    return left == right and left.source.name == right.source.name


def _children(node: ast.SyntaxNode, leaving: tuple[str, ...] = ()) -> tuple[object, ...]:
    parts = (f.name for f in fields(type(node)) if f.name not in ("span", *leaving))
    return tuple(getattr(node, name) for name in parts)


def _nodes(part: object) -> Iterator[ast.Piece]:
    """The pieces of a body, however deep, in source order."""
    if isinstance(part, ast.Body):
        for piece in part.pieces:
            yield piece
            for child in _children(piece, leaving=("label",)):
                yield from _nodes(child)
    elif isinstance(part, tuple):
        for child in part:
            yield from _nodes(child)
