"""A syntax tree as indented text."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import fields

from hypertune.syntax.ast import SyntaxNode

_INDENT = "  "


def print_tree(node: SyntaxNode) -> str:
    """A line per node, its simple fields beside its name, its children below it."""
    return "\n".join(_lines(node, ""))


def _lines(node: SyntaxNode, label: str) -> Iterator[str]:
    found = {f.name: getattr(node, f.name) for f in fields(type(node)) if f.name != "span"}
    simple = {name: value for name, value in found.items() if not _has_nodes(value)}
    said = [f"{name}={value!r}" for name, value in simple.items() if value not in (None, ())]
    kind = type(node).__name__.removesuffix("Statement")
    yield " ".join([label + kind, *said])
    for name, value in found.items():
        if isinstance(value, SyntaxNode):
            yield from (_INDENT + line for line in _lines(value, f"{name}: "))
        elif name not in simple:
            yield f"{_INDENT}{name}:"
            for child in value:
                yield from (_INDENT * 2 + line for line in _lines(child, ""))


def _has_nodes(value: object) -> bool:
    return (
        any(map(_has_nodes, value)) if isinstance(value, tuple) else isinstance(value, SyntaxNode)
    )
