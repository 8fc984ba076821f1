"""Parse tree to spec: a method for each rule of the grammar."""

from __future__ import annotations

from typing import Any, TypeVar

from attrs import frozen
from lark import Token, v_args
from lark.tree import Meta
from lark.visitors import Transformer_NonRecursive

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


@v_args(meta=True)
class Builder(Transformer_NonRecursive[Token, Any]):
    """Not recursive, so that no nesting is too deep for it."""

    def __init__(self, source: Source, comments: tuple[ast.Comment, ...]) -> None:
        super().__init__()
        self.source = source
        self.comments = comments

    def _span(self, meta: Meta | Token) -> Span:
        return Span(self.source, meta.start_pos or 0, meta.end_pos or 0)

    def spec(self, _: Meta, statements: Children) -> ast.Spec:
        whole = Span(self.source, 0, len(self.source.text))
        return ast.Spec(whole, tuple(statements), self.comments)

    def override(self, _: Meta, children: Children) -> tuple[tuple[ast.Name, ...], ast.Expr]:
        path, value = children
        return path, value

    def path(self, _: Meta, words: Children) -> tuple[ast.Name, ...]:
        return tuple(words)

    # Words and numbers

    def name(self, meta: Meta, tokens: Children) -> ast.Name:
        return ast.Name(self._span(meta), str(tokens[0]))

    word = unit = name

    def number(self, meta: Meta, tokens: Children) -> ast.Number:
        text = str(tokens[0])
        plain = text.rstrip("%").replace("_", "")
        value = int(plain) if plain.isdigit() else float(plain)
        percent = text.endswith("%")
        return ast.Number(self._span(meta), text, value / 100 if percent else value, percent)

    def string(self, meta: Meta, tokens: Children) -> ast.String:
        return ast.String(self._span(meta), str(tokens[0][1:-1]))

    # Expressions

    def quantity(self, meta: Meta, children: Children) -> ast.Quantity:
        return ast.Quantity(self._span(meta), *children)

    def index(self, meta: Meta, children: Children) -> ast.Index:
        return ast.Index(self._span(meta), *children)

    def size(self, _: Meta, children: Children) -> ast.Expr:
        value: ast.Expr = children[0]
        return value

    def unary(self, meta: Meta, children: Children) -> ast.Unary:
        op, operand = children
        return ast.Unary(self._span(meta), str(op), operand)

    def binary(self, meta: Meta, children: Children) -> ast.Binary:
        left, op, right = children
        return ast.Binary(self._span(meta), str(op), left, right)

    def positional(self, meta: Meta, children: Children) -> ast.Arg:
        return ast.Arg(self._span(meta), None, children[0])

    def named(self, meta: Meta, children: Children) -> ast.Arg:
        name, value = children
        return ast.Arg(self._span(meta), name, value)

    def arguments(self, _: Meta, args: Children) -> tuple[ast.Arg, ...]:
        return tuple(args)

    def shape(self, meta: Meta, children: Children) -> ast.Tuple:
        return ast.Tuple(self._span(meta), children[0])

    def call(self, meta: Meta, children: Children) -> ast.Call:
        kind, args = children
        return ast.Call(self._span(meta), kind, args)

    def domain(self, meta: Meta, children: Children) -> ast.Call:
        kind, *args = children
        return ast.Call(self._span(meta), kind, args[0] if args else ())

    def group(self, meta: Meta, children: Children) -> ast.Expr:
        items = [c for c in children if isinstance(c, ast.Arg)]
        if len(items) == len(children) == 1 and items[0].name is None:
            return items[0].value  # brackets around one value are no tuple
        return ast.Tuple(self._span(meta), tuple(items))

    # Statements

    def version(self, meta: Meta, children: Children) -> ast.Version:
        return ast.Version(self._span(meta), *children)

    def include(self, meta: Meta, children: Children) -> ast.Include:
        return ast.Include(self._span(meta), *children)

    def let(self, meta: Meta, children: Children) -> ast.Let:
        return ast.Let(self._span(meta), *children)

    def hyper_name(self, meta: Meta, children: Children) -> ast.HyperName:
        name, *size = children
        return ast.HyperName(self._span(meta), name, size[0] if size else None)

    def start(self, _: Meta, children: Children) -> Clause:
        return Clause("start", children[0])

    def per(self, _: Meta, tokens: Children) -> Clause:
        return Clause("per", ast.Name(self._span(tokens[0]), str(tokens[0])))

    def spread(self, _: Meta, children: Children) -> Clause:
        return Clause("spread", children[0], fixed=len(children) > 1)

    def frozen(self, _: Meta, __: Children) -> Clause:
        return Clause("frozen", None)

    def hyper(self, meta: Meta, children: Children) -> ast.Hyper:
        clauses = {c.word: c for c in children if isinstance(c, Clause)}
        values = {word: clause.value for word, clause in clauses.items()}
        return ast.Hyper(
            self._span(meta),
            names=_all(children, ast.HyperName),
            domain=_all(children, ast.Call)[0],
            start=values.get("start"),
            per=values.get("per"),
            spread=values.get("spread"),
            fixed="spread" in clauses and clauses["spread"].fixed,
            frozen="frozen" in clauses,
        )

    def setting(self, meta: Meta, children: Children) -> ast.Setting:
        return ast.Setting(self._span(meta), *children)

    def settings(self, _: Meta, children: Children) -> tuple[ast.Setting, ...]:
        return tuple(children)

    def section(self, meta: Meta, children: Children) -> ast.Section:
        kind, *name, settings = children
        word = ast.Name(self._span(kind), str(kind))
        return ast.Section(self._span(meta), word, name[0] if name else None, settings)

    # Models

    def given(self, meta: Meta, children: Children) -> ast.Given:
        if isinstance(children[0], Token):
            return ast.Given(self._span(meta), None)
        none = len(children) == 1 and children[0] == ast.Name(children[0].span, "none")
        return ast.Given(self._span(meta), () if none else tuple(children))

    def on(self, meta: Meta, children: Children) -> ast.Device:
        words = [c.text for c in children]
        return ast.Device(self._span(meta), ":".join(words))

    def label(self, _: Meta, children: Children) -> Label:
        return Label(children[0])

    def param(self, meta: Meta, children: Children) -> ast.Param:
        name, *default = children
        return ast.Param(self._span(meta), name, default[0].value if default else None)

    def params(self, _: Meta, params: Children) -> tuple[ast.Param, ...]:
        return tuple(params)

    def body(self, meta: Meta, pieces: Children) -> ast.Body:
        return ast.Body(self._span(meta), tuple(pieces))

    def shortcut(self, _: Meta, children: Children) -> ast.Body:
        body: ast.Body = children[0]
        return body

    def model(self, meta: Meta, children: Children) -> ast.Model:
        shape, *where, body = children
        return ast.Model(self._span(meta), shape, _given(where), _device(where), body)

    def block(self, meta: Meta, children: Children) -> ast.Block:
        name, *between, body = children
        params = next((c for c in between if isinstance(c, tuple)), ())
        return ast.Block(self._span(meta), name, params, _given(between), _device(between), body)

    def layer(self, meta: Meta, children: Children) -> ast.Layer:
        call, *suffix = children
        return ast.Layer(self._span(meta), call, *_suffix(suffix))

    def repeat(self, meta: Meta, children: Children) -> ast.Repeat:
        count, *rest = children
        body = _all(rest, ast.Body)[0]
        return ast.Repeat(self._span(meta), count, body, *_suffix(rest))

    def residual(self, meta: Meta, children: Children) -> ast.Residual:
        body, *shortcut = _all(children, ast.Body)
        second = shortcut[0] if shortcut else None
        return ast.Residual(self._span(meta), body, second, *_suffix(children))

    def branch(self, meta: Meta, children: Children) -> ast.Branch:
        mode, *rest = children
        bodies = _all(rest, ast.Body)
        word = ast.Name(self._span(mode), str(mode))
        return ast.Branch(self._span(meta), word, bodies, *_suffix(rest))


def _all(children: Children, kind: type[N]) -> tuple[N, ...]:
    return tuple(c for c in children if isinstance(c, kind))


def _given(children: Children) -> ast.Given | None:
    return next(iter(_all(children, ast.Given)), None)


def _device(children: Children) -> ast.Device | None:
    return next(iter(_all(children, ast.Device)), None)


def _suffix(children: Children) -> tuple[ast.Given | None, ast.Device | None, ast.Name | None]:
    label = next((c.name for c in _all(children, Label)), None)
    return _given(children), _device(children), label
