"""Parse tree to spec: a method for each rule of the grammar."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from attrs import frozen
from lark import Token, Tree

from hypertune.diagnostics import Source, Span
from hypertune.syntax import ast

N = TypeVar("N")
Children = list[Any]


@frozen
class Clause:
    """`= start`, `per example`, `spread 0.5 fixed` or `frozen`, on its way into a `hyper`."""

    word: str
    value: Any
    fixed: bool = False


@frozen
class Label:
    """`as NAME`, on its way into a layer."""

    name: ast.Name


# Rules whose parts are the fields of a class of the tree, and rules that are lists.
_KINDS: Final[Mapping[str, Callable[..., ast.SyntaxNode]]] = {
    "quantity": ast.Quantity,
    "index": ast.Index,
    "version": ast.Version,
    "include": ast.Include,
    "let": ast.Let,
    "setting": ast.Setting,
}
_LISTS: Final = ("path", "arguments", "settings", "params")


@frozen
class TreeBuilder:
    """A method for each other rule takes where it was found, and what was made of its parts."""

    source: Source
    comments: tuple[ast.Comment, ...]

    def build(self, tree: Tree[Token]) -> Any:
        """What the tree stands for; its parts first, and no recursion that could go too deep."""
        made: dict[int, Any] = {}
        for part in tree.iter_subtrees():
            meta = part.meta
            span = Span(self.source, *((0, 0) if meta.empty else (meta.start_pos, meta.end_pos)))
            children = [made.get(id(child), child) for child in part.children]
            if kind := _KINDS.get(part.data):
                made[id(part)] = kind(span, *children)
            elif part.data in _LISTS:
                made[id(part)] = tuple(children)
            else:
                made[id(part)] = getattr(self, part.data)(span, children)
        return made[id(tree)]

    def _at(self, token: Token) -> Span:
        return Span(self.source, token.start_pos or 0, token.end_pos or 0)

    def spec(self, _: Span, statements: Children) -> ast.Spec:
        whole = Span(self.source, 0, len(self.source.text))
        return ast.Spec(whole, tuple(statements), self.comments)

    def override(self, _: Span, children: Children) -> tuple[tuple[ast.Name, ...], ast.Expr]:
        path, value = children
        return path, value

    # Words and numbers

    def name(self, span: Span, tokens: Children) -> ast.Name:
        return ast.Name(span, str(tokens[0]))

    word = unit = name

    def number(self, span: Span, tokens: Children) -> ast.Number:
        text = str(tokens[0])
        plain = text.rstrip("%").replace("_", "")
        value = int(plain) if plain.isdigit() else float(plain)
        percent = text.endswith("%")
        return ast.Number(span, text, value / 100 if percent else value, percent)

    def string(self, span: Span, tokens: Children) -> ast.String:
        return ast.String(span, str(tokens[0][1:-1]))

    # Expressions

    def size(self, _: Span, children: Children) -> ast.Expr:
        value: ast.Expr = children[0]
        return value

    def unary(self, span: Span, children: Children) -> ast.Unary:
        op, operand = children
        return ast.Unary(span, str(op), operand)

    def binary(self, span: Span, children: Children) -> ast.Binary:
        left, op, right = children
        return ast.Binary(span, str(op), left, right)

    def positional(self, span: Span, children: Children) -> ast.Arg:
        return ast.Arg(span, None, children[0])

    def named(self, span: Span, children: Children) -> ast.Arg:
        name, value = children
        return ast.Arg(span, name, value)

    def shape(self, span: Span, children: Children) -> ast.Tuple:
        return ast.Tuple(span, children[0])

    def call(self, span: Span, children: Children) -> ast.Call:
        kind, args = children
        return ast.Call(span, kind, args)

    def domain(self, span: Span, children: Children) -> ast.Call:
        kind, *args = children
        return ast.Call(span, kind, args[0] if args else ())

    def group(self, span: Span, children: Children) -> ast.Expr:
        items = [c for c in children if isinstance(c, ast.Arg)]
        if len(items) == len(children) == 1 and items[0].name is None:
            return items[0].value  # brackets around one value are no tuple
        return ast.Tuple(span, tuple(items))

    # Statements

    def hyper_name(self, span: Span, children: Children) -> ast.HyperName:
        name, *size = children
        return ast.HyperName(span, name, size[0] if size else None)

    def start(self, _: Span, children: Children) -> Clause:
        return Clause("start", children[0])

    def per(self, _: Span, tokens: Children) -> Clause:
        return Clause("per", ast.Name(self._at(tokens[0]), str(tokens[0])))

    def spread(self, _: Span, children: Children) -> Clause:
        return Clause("spread", children[0], fixed=len(children) > 1)

    def frozen(self, _: Span, __: Children) -> Clause:
        return Clause("frozen", None)

    def hyper(self, span: Span, children: Children) -> ast.Hyper:
        clauses = {c.word: c for c in children if isinstance(c, Clause)}
        values = {word: clause.value for word, clause in clauses.items()}
        return ast.Hyper(
            span,
            names=_all(children, ast.HyperName),
            domain=_all(children, ast.Call)[0],
            start=values.get("start"),
            per=values.get("per"),
            spread=values.get("spread"),
            fixed="spread" in clauses and clauses["spread"].fixed,
            frozen="frozen" in clauses,
        )

    def section(self, span: Span, children: Children) -> ast.Section:
        kind, *name, settings = children
        word = ast.Name(self._at(kind), str(kind))
        return ast.Section(span, word, name[0] if name else None, settings)

    # Models

    def given(self, span: Span, children: Children) -> ast.Given:
        if isinstance(children[0], Token):
            return ast.Given(span, None)
        none = len(children) == 1 and children[0] == ast.Name(children[0].span, "none")
        return ast.Given(span, () if none else tuple(children))

    def on(self, span: Span, children: Children) -> ast.Device:
        words = [c.text for c in children]
        return ast.Device(span, ":".join(words))

    def label(self, _: Span, children: Children) -> Label:
        return Label(children[0])

    def param(self, span: Span, children: Children) -> ast.Param:
        name, *default = children
        return ast.Param(span, name, default[0].value if default else None)

    def body(self, span: Span, pieces: Children) -> ast.Body:
        return ast.Body(span, tuple(pieces))

    def shortcut(self, _: Span, children: Children) -> ast.Body:
        body: ast.Body = children[0]
        return body

    def model(self, span: Span, children: Children) -> ast.Model:
        shape, *where, body = children
        return ast.Model(span, shape, _given(where), _device(where), body)

    def block(self, span: Span, children: Children) -> ast.Block:
        name, *between, body = children
        params = next((c for c in between if isinstance(c, tuple)), ())
        return ast.Block(span, name, params, _given(between), _device(between), body)

    def layer(self, span: Span, children: Children) -> ast.LayerStatement:
        call, *suffix = children
        return ast.LayerStatement(span, call, *_suffix(suffix))

    def repeat(self, span: Span, children: Children) -> ast.Repeat:
        count, *rest = children
        body = _all(rest, ast.Body)[0]
        return ast.Repeat(span, count, body, *_suffix(rest))

    def residual(self, span: Span, children: Children) -> ast.Residual:
        body, *shortcut = _all(children, ast.Body)
        second = shortcut[0] if shortcut else None
        return ast.Residual(span, body, second, *_suffix(children))

    def branch(self, span: Span, children: Children) -> ast.Branch:
        mode, *rest = children
        bodies = _all(rest, ast.Body)
        word = ast.Name(self._at(mode), str(mode))
        return ast.Branch(span, word, bodies, *_suffix(rest))


def _all(children: Children, kind: type[N]) -> tuple[N, ...]:
    return tuple(c for c in children if isinstance(c, kind))


def _given(children: Children) -> ast.Given | None:
    return next(iter(_all(children, ast.Given)), None)


def _device(children: Children) -> ast.Device | None:
    return next(iter(_all(children, ast.Device)), None)


def _suffix(children: Children) -> tuple[ast.Given | None, ast.Device | None, ast.Name | None]:
    label = next((c.name for c in _all(children, Label)), None)
    return _given(children), _device(children), label
