"""Which kinds can stand where, and how a kind is described."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hypertune.catalogue import (
    SECTIONS,
    Catalogue,
    DomainType,
    Kind,
    LayerType,
    MergeType,
    Setting,
)
from hypertune.catalogue.wording import about, family_of, signature
from hypertune.editors.context import Context

_BEFORE_VALUES: Final = frozenset(["=", ":", "(", ",", "+", "-", "*"])


def setting_at(context: Context) -> Setting | None:
    """The line of a section whose value stands at a place."""
    return SECTIONS.get(context.statement, {}).get(context.key)


def role(context: Context) -> tuple[type[Any], ...]:
    """The classes of the kinds that the line at hand is about."""
    if context.statement == "hyper":
        about_domain = ":" in context.words and "=" not in context.words
        return (DomainType,) if about_domain else ()
    if context.statement in ("model", "block"):
        return (LayerType, MergeType) if context.inner else ()
    setting = setting_at(context)
    return (setting.kind,) if setting and setting.kind else ()


def _kinds(context: Context, catalogue: Catalogue) -> dict[str, Kind]:
    return {name: k for family in role(context) for name, k in catalogue.of(family).items()}


def kinds_here(context: Context, catalogue: Catalogue) -> Mapping[str, Kind]:
    """The kinds whose names can stand at a place."""
    if any(call.kind for call in context.calls):
        return {}
    layers = LayerType in role(context)
    begins = begins_piece(context) if layers else context.last in _BEFORE_VALUES
    return _kinds(context, catalogue) if begins else {}


def begins_piece(context: Context) -> bool:
    """Whether a layer can begin here."""
    return context.inner and not context.words and not context.calls


def called(context: Context, catalogue: Catalogue) -> Kind | None:
    """The kind whose arguments stand at a place."""
    return _kinds(context, catalogue).get(context.calls[-1].kind) if context.calls else None


def about_kind(kind: Kind) -> str:
    """A kind in Markdown: how it is called, what it is, its arguments."""
    args = "\n".join(f"- `{arg.name}` {about(arg)}" for arg in kind.args)
    head = f"```hspec\n{signature(kind)}\n```\n{family_of(kind)}: {kind.doc.strip()}"
    return f"{head}\n\n{args}" if args else head
