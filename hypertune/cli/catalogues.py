"""The kinds that a command knows: ours, those of installed packages, the user's own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import click

from hypertune.catalogue import Catalogue, Kind
from hypertune.standard import STANDARD

_GROUP = "hypertune.kinds"

catalogue_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--catalogue",
    "catalogue_name",
    metavar="MODULE:NAME",
    default="",
    help="Kinds of your own: a catalogue (or a dictionary of kinds) in a Python module.",
)


def catalogue_of(name: str) -> Catalogue:
    """The standard kinds, those of entry points, and those called `name`; later ones win."""
    catalogue = STANDARD
    for point in entry_points(group=_GROUP):
        catalogue = catalogue | point.load()
    return catalogue | _imported(name) if name else catalogue


def catalogue_again(then: str, name: str) -> Catalogue:
    """The kinds for a run that was trained with those called `then`."""
    if then and not name:
        why = f"this run was started with --catalogue {then}; say so again"
        raise click.UsageError(why)
    return catalogue_of(name)


def _imported(name: str) -> Catalogue:
    module, colon, attribute = name.partition(":")
    named = all(part.isidentifier() for part in (*module.split("."), attribute))
    if not (colon and named):
        why = f"{name!r} is not of the form MODULE:NAME"
        raise click.BadParameter(why, param_hint="--catalogue")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as fault:
        raise click.BadParameter(str(fault), param_hint="--catalogue") from fault
    if isinstance(found, Catalogue):
        return found
    if not isinstance(found, dict):
        why = f"{name} is a {type(found).__name__}, not a catalogue or a dictionary of kinds"
        raise click.BadParameter(why, param_hint="--catalogue")
    for word, kind in found.items():
        if not isinstance(kind, Kind):
            why = f"{name} has a {type(kind).__name__} at {word!r}, where a kind is wanted"
            raise click.BadParameter(why, param_hint="--catalogue")
    return Catalogue() | found
