"""A syntax tree as indented text."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import fields, has

_INDENT = "  "


def print_tree(node: object) -> str:
    """A line per node, its simple fields beside its name, its children below it."""
    return "\n".join(_lines(node, ""))


def _lines(node: object, label: str) -> Iterator[str]:
    if not has(type(node)):
        yield f"{label}{node!r}"
        return
    found = {f.name: getattr(node, f.name) for f in fields(type(node)) if f.name != "span"}
    simple = {name: value for name, value in found.items() if not _has_nodes(value)}
    shown = " ".join(
        f"{name}={value!r}" for name, value in simple.items() if value not in (None, ())
    )
    yield f"{label}{type(node).__name__} {shown}".rstrip()
    for name, value in found.items():
        if name in simple:
            continue
        if isinstance(value, tuple):
            yield f"{_INDENT}{name}:"
            for child in value:
                yield from (_INDENT * 2 + line for line in _lines(child, ""))
        else:
            yield from (_INDENT + line for line in _lines(value, f"{name}: "))


def _has_nodes(value: object) -> bool:
    return any(map(_has_nodes, value)) if isinstance(value, tuple) else has(type(value))
