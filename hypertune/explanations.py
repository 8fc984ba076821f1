"""Every diagnostic by its code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from inspect import cleandoc

from hypertune.diagnostics import Diagnostic

# Codes that were given up, and those that say the same now; a code is never used again.
_MERGED: Mapping[str, str] = {
    "HT202": "HT265",
    "HT225": "HT229 HT244 HT603 HT644",
    "HT230": "HT601 HT612",
    "HT241": "HT228 HT602",
    "HT242": "HT605",
    "HT246": "HT646",
    "HT247": "HT406 HT604 HT610 HT631 HT645",
    "HT269": "HT304 HT305 HT405",
    "HT302": "HT301",
    "HT414": "HT428",
    "HT615": "HT649",
    "HT633": "HT614 HT616 HT617 HT618 HT625 HT627 HT629 HT632 HT635",
}
MERGED: Mapping[str, str] = {old: new for new, olds in _MERGED.items() for old in olds.split()}
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
