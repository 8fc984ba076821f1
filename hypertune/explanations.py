"""Every diagnostic by its code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from inspect import cleandoc

from hypertune.diagnostics import Diagnostic

_HOMES = (
    "hypertune.syntax.mistakes",
    "hypertune.overrides",
    "hypertune.semantics",
    "hypertune.lowering.errors",
)


def diagnostics() -> dict[str, type[Diagnostic]]:
    """The classes of all mistakes and warnings, in the order of their codes."""
    for home in _HOMES:
        import_module(home)
    kinds = {kind.code: kind for kind in _below(Diagnostic) if "code" in vars(kind)}
    return dict(sorted(kinds.items()))


def title(kind: type[Diagnostic]) -> str:
    """What all cases have in common, with a gap for whatever differs from case to case."""
    return re.sub(r"\{[^{}]*\}", "…", kind.title)


def explanation(kind: type[Diagnostic]) -> str:
    """What a mistake is, and a wrong and a right spec, where a spec can show it."""
    text = cleandoc(kind.__doc__ or "")
    return f"{text}\n\n{kind.example}" if kind.example else text


def _below(kind: type[Diagnostic]) -> Iterator[type[Diagnostic]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)
