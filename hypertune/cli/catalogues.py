"""The kinds that a command knows: ours, those of installed packages, the user's own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from traceback import extract_tb
from typing import Any

import click

from hypertune.catalogue import Catalogue, Kind, LayerType, MergeType
from hypertune.catalogue.wording import family_of
from hypertune.standard import STANDARD

OURS = "hypertune"
_GROUP = "hypertune.kinds"
_HINT = "--catalogue"

catalogue_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--catalogue",
    "catalogue_name",
    metavar="MODULE:NAME",
    default="",
    help="Kinds of your own: a catalogue (or a dictionary of kinds) in a Python module.",
)


def catalogue_of(name: str) -> Catalogue:
    """The standard kinds, those of entry points, and those called `name`."""
    return Catalogue(kind for kind, _ in kinds_with_origins(name))


def catalogue_again(then: str, name: str) -> Catalogue:
    """The kinds for a run that was trained with those called `then`."""
    if then and not name:
        why = f"this run was started with --catalogue {then}; say so again"
        raise click.UsageError(why)
    return catalogue_of(name)


def kinds_with_origins(name: str) -> list[tuple[Kind, str]]:
    """All kinds, each with where it comes from: ours, a package, or `--catalogue`.

    Raises:
        click.UsageError: if two of them go by one name.

    """
    known: dict[tuple[str, str], tuple[Kind, str]] = {}
    for origin, catalogue in _catalogues(name):
        for kind in catalogue:
            before, there = known.setdefault(_place(kind), (kind, origin))
            if before != kind:
                why = (
                    f"two kinds are called `{kind.name}`: a {family_of(before)} of {there} and "
                    f"a {family_of(kind)} of {origin}; give one of them another name"
                )
                raise click.UsageError(why)
    return list(known.values())


def named(name: str, hint: str) -> Any:
    """What a module of the user's calls `name`: `my.module:KINDS`."""
    module, colon, attribute = name.partition(":")
    if not (colon and all(part.isidentifier() for part in (*module.split("."), attribute))):
        raise click.BadParameter(f"{name!r} is not of the form MODULE:NAME", param_hint=hint)
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as fault:
        raise click.BadParameter(str(fault), param_hint=hint) from fault
    except Exception as fault:
        place = extract_tb(fault.__traceback__)[-1]
        where = f"{place.filename}:{place.lineno}"
        why = f"{module} cannot be imported: {type(fault).__name__}: {fault} ({where})"
        raise click.BadParameter(why, param_hint=hint) from fault


def _catalogues(name: str) -> Iterator[tuple[str, Catalogue]]:
    yield OURS, STANDARD
    for point in sorted(entry_points(group=_GROUP)):
        origin = _package(point)
        try:
            found = point.load()
        except (ImportError, AttributeError) as fault:
            why = f"the kinds of {origin} cannot be loaded: {fault}"
            raise click.UsageError(why) from fault
        yield origin, as_catalogue(found, origin, _GROUP)
    if name:
        yield f"--catalogue {name}", as_catalogue(named(name, _HINT), name, _HINT)


def _package(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.value


def _place(kind: Kind) -> tuple[str, str]:
    """What must be different of two kinds: a layer and a merge stand in the same place."""
    return "node" if isinstance(kind, LayerType | MergeType) else family_of(kind), kind.name


def as_catalogue(found: Any, name: str, hint: str) -> Catalogue:
    """A catalogue or a dictionary of kinds, called `name`, as a catalogue."""
    if isinstance(found, Catalogue):
        return found
    if not isinstance(found, dict):
        why = f"{name} is a {type(found).__name__}, not a catalogue or a dictionary of kinds"
        raise click.BadParameter(why, param_hint=hint)
    for word, kind in found.items():
        if not isinstance(kind, Kind):
            why = f"{name} has a {type(kind).__name__} at {word!r}, where a kind is wanted"
            raise click.BadParameter(why, param_hint=hint)
    return Catalogue() | found
