"""Parse tree to spec: a method for each rule of the grammar."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import frozen
from lark import Token, Tree

from hypertune.diagnostics import Source, Span
from hypertune.syntax import ast

Children = list[Any]


@frozen
class Part:
    """A part of a statement that may be missing: the field it is for, and what is said there."""

    field: str
    said: Any


# Rules whose parts are the fields of a class of the tree, and rules that are lists.
_KINDS: Final[Mapping[str, Callable[..., ast.SyntaxNode]]] = {
    "quantity": ast.Quantity,
    "index": ast.Index,
    "version": ast.Version,
    "include": ast.Include,
    "let": ast.Let,
    "hyper_name": ast.HyperName,
    "setting": ast.Setting,
    "param": ast.Param,
    "unary": ast.Unary,
    "binary": ast.Binary,
    "named": ast.Arg,
    "shape": ast.Tuple,
    "call": ast.Call,
    "domain": ast.Call,
}
_LISTS: Final = ("path", "arguments", "settings", "params", "hyper_names")
# Rules for what may be missing, or stand in any order, and those that hold it.
_WORDS: Final = ("per", "spread", "prior", "label", "shortcut")
_FLAGS: Final = ("fixed", "frozen")
_FREE: Final[Mapping[str, Callable[..., ast.SyntaxNode]]] = {
    "hyper": ast.Hyper,
    "model": ast.Model,
    "block": ast.Block,
    "layer": ast.LayerStatement,
    "repeat": ast.Repeat,
    "residual": ast.Residual,
}


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
            elif kind := _FREE.get(part.data):
                made[id(part)] = _gathered(kind, span, children)
            elif part.data in _WORDS:
                made[id(part)] = Part(str(part.data), children[0])
            elif part.data in _FLAGS:
                made[id(part)] = Part(str(part.data), True)
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

    word = unit = by = kind = mode = name

    def number(self, span: Span, tokens: Children) -> ast.Number:
        text = str(tokens[0])
        plain = text.rstrip("%").replace("_", "")
        value = int(plain) if plain.isdigit() else float(plain)
        percent = text.endswith("%")
        return ast.Number(span, text, value / 100 if percent else value, percent)

    def string(self, span: Span, tokens: Children) -> ast.String:
        return ast.String(span, str(tokens[0][1:-1]))

    # Expressions

    def positional(self, span: Span, children: Children) -> ast.Arg:
        return ast.Arg(span, None, children[0])

    def group(self, span: Span, children: Children) -> ast.Expr:
        items = [c for c in children if isinstance(c, ast.Arg)]
        if len(items) == len(children) == 1 and items[0].name is None:
            return items[0].value  # brackets around one value are no tuple
        return ast.Tuple(span, tuple(items))

    # Statements

    def section(self, span: Span, children: Children) -> ast.Section:
        kind, *name, settings = children
        if isinstance(kind, Token):
            kind = ast.Name(self._at(kind), str(kind))
        return ast.Section(span, kind, name[0] if name else None, settings)

    # Models

    def given(self, span: Span, children: Children) -> Part:
        if isinstance(children[0], Token):
            return Part("given", ast.Given(span, None))
        none = len(children) == 1 and children[0] == ast.Name(children[0].span, "none")
        return Part("given", ast.Given(span, () if none else tuple(children)))

    def on(self, span: Span, children: Children) -> Part:
        return Part("device", ast.Device(span, ":".join(c.text for c in children)))

    def body(self, span: Span, pieces: Children) -> ast.Body:
        return ast.Body(span, tuple(pieces))

    def branch(self, span: Span, children: Children) -> ast.SyntaxNode:
        bodies = tuple(child for child in children if isinstance(child, ast.Body))
        mode, *parts = (child for child in children if not isinstance(child, ast.Body))
        return _gathered(ast.Branch, span, [mode, bodies, *parts])


def _gathered(
    kind: Callable[..., ast.SyntaxNode], span: Span, children: Children
) -> ast.SyntaxNode:
    """A node of what stands in its place, and of the parts that say which they are."""
    parts = {child.field: child.said for child in children if isinstance(child, Part)}
    return kind(span, *(child for child in children if not isinstance(child, Part)), **parts)
