"""What a snapshot must look like before a training may take it up.

Optimisers run compiled code on whatever tensors they are given: one of another size is read past
its end. So a snapshot that comes from a file is compared, whole, with one of a fresh training.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from math import isfinite
from types import FunctionType, MethodType, ModuleType
from typing import Any, Protocol

import attrs
import torch
from torch import Tensor
from torch.optim import Optimizer

from hypertune.runtime.method import State
from hypertune.runtime.snapshots import Tree

_MOST = 2**53  # what counts steps, epochs or waits
_ATOMS = (str, int, float, Tensor, type, FunctionType, MethodType, ModuleType, type(None))
_SCHEDULED = frozenset({"lr", "momentum", "betas"})  # options that a schedule may move
_SHARES = frozenset({"momentum", "betas"})


@attrs.frozen
class Later:
    """In a template: tensors by name that are all there after a step, and none before it."""

    tensors: Mapping[str, Tensor]


@attrs.frozen
class Statistics:
    """In a template: what a method says of a step, numbers or rows with one for each column."""

    columns: int


class Snapshots(Protocol):
    """What is asked of a training."""

    @property
    def state(self) -> State: ...

    def snapshot(self) -> dict[str, Tree]: ...

    def left_behind(self) -> Mapping[str, Mapping[str, Tensor]]: ...


def template(training: Snapshots) -> Tree:
    """A snapshot of a fresh training with all that its steps will add to it.

    Its tensors have shapes and types, and no numbers.
    """
    optimisers = [o for o in _objects_in(training.state, set()) if isinstance(o, Optimizer)]
    hooks = [o.register_state_dict_post_hook(_after_a_step) for o in optimisers]
    try:
        tree = _without_numbers(training.snapshot())
    finally:
        for hook in hooks:
            hook.remove()
    states = _without_numbers(training.left_behind())
    tree["passes"]["states"] = {part: Later(tensors) for part, tensors in states.items()}
    tree["statistics"] = Statistics(len(training.state.unconstrained_H))
    return tree


def size_of(tree: Tree) -> int:
    """The bytes of all tensors in a tree."""
    match tree:
        case Tensor():
            return tree.numel() * tree.element_size()
        case Later():
            return size_of(tree.tensors)
        case dict():
            return sum(map(size_of, tree.values()))
        case list() | tuple():
            return sum(map(size_of, tree))
        case _:
            return 0


def mismatch(tree: Tree, like: Tree, place: str = "it") -> str:
    """Why a tree cannot take the place of `like`; empty if it can.

    Tensors have the same shape and type, containers the same keys or length, words and truths
    are the same. Numbers may move, but stay finite, and do not become negative. Where `like` has
    nothing yet there may be one number.
    """
    match like:
        case Later(tensors=tensors):
            return "" if tree == {} else mismatch(tree, tensors, place)
        case Statistics(columns=columns):
            return "" if _are_statistics(tree, columns) else f"{place} is no statistics of a step"
        case None:
            fits = tree is None or (isinstance(tree, Tensor) and tree.shape == ())
            return "" if fits else f"{place} should be empty"
        case Tensor():
            same = isinstance(tree, Tensor) and (tree.shape, tree.dtype) == (
                like.shape,
                like.dtype,
            )
            return "" if same else f"{place} is not a {_words(like)}"
        case {"state": dict(), "param_groups": list(), **rest} if not rest:
            return _optimiser_mismatch(tree, like, place)
        case dict():
            return _keys_mismatch(tree, like, place) or _first(
                mismatch(tree[key], value, f"{place}/{key}") for key, value in like.items()
            )
        case list() | tuple():
            if type(tree) is not type(like) or len(tree) != len(like):
                return f"{place} is not a {type(like).__name__} of {len(like)}"
            pairs = enumerate(zip(tree, like, strict=True))
            return _first(mismatch(a, b, f"{place}/{i}") for i, (a, b) in pairs)
        case bool() | str():
            same = type(tree) is type(like) and tree == like
            return "" if same else f"{place} is not {like!r}"
        case _:
            return "" if _may_become(tree, like) else f"{place} is no number that it can be"


def _are_statistics(tree: Tree, columns: int) -> bool:
    shapes = ((), (columns,))
    return isinstance(tree, dict) and all(
        isinstance(name, str) and isinstance(value, Tensor) and value.shape in shapes
        for name, value in tree.items()
    )


def _optimiser_mismatch(tree: Tree, like: dict[str, Any], place: str) -> str:
    """A state may lack parameters that have not moved yet; only scheduled options move."""
    if why := _keys_mismatch(tree, like, place):
        return why
    state, known = tree["state"], like["state"]
    if not isinstance(state, dict) or not {*map(_exact, state)} <= {*map(_exact, known)}:
        return f"{place}/state is not of its parameters"
    for key, entry in state.items():
        why = mismatch(entry, known[key], f"{place}/state/{key}")
        step = entry.get("step") if isinstance(entry, dict) else None
        if why or (isinstance(step, Tensor) and not 0 <= float(step) < float("inf")):
            return why or f"{place}/state/{key} counts no steps"
    groups, wanted = tree["param_groups"], like["param_groups"]
    if not isinstance(groups, list) or len(groups) != len(wanted):
        return f"{place}/param_groups is not a list of {len(wanted)}"
    pairs = enumerate(zip(groups, wanted, strict=True))
    return _first(_options_mismatch(a, b, f"{place}/param_groups/{i}") for i, (a, b) in pairs)


def _options_mismatch(tree: Tree, like: dict[str, Any], place: str) -> str:
    if why := _keys_mismatch(tree, like, place):
        return why
    for name, value in like.items():
        found, where = tree[name], f"{place}/{name}"
        if name not in _SCHEDULED:
            if repr(found) != repr(value):  # tells 1, 1.0 and True apart
                return f"{where} is not {value!r}"
        elif why := mismatch(found, value, where):
            return why
        elif name in _SHARES and not all(0 <= x < 1 for x in _numbers(found)):
            return f"{where} is no share"
    return ""


def _keys_mismatch(tree: Tree, like: dict[Any, Any], place: str) -> str:
    if not isinstance(tree, dict):
        return f"{place} has no parts"
    other = {*map(_exact, tree)} ^ {*map(_exact, like)}
    return f"{place} lacks `{min(other)[1]}`, or has it and should not" if other else ""


def _may_become(tree: Tree, like: float) -> bool:
    if isinstance(tree, bool) or not isinstance(tree, int | float):
        return False
    if not isfinite(like):
        return tree == tree  # a lowest loss, infinite at first
    if not isfinite(tree) or abs(tree) > _MOST:
        return False
    positive = isinstance(like, int) and like > 0
    return tree > 0 if positive else tree >= 0 or like < 0


def _words(like: Tensor) -> str:
    dtype = str(like.dtype).removeprefix("torch.")
    return f"tensor {tuple(like.shape)} of {dtype}" if like.shape else f"single {dtype}"


def _exact(key: object) -> tuple[str, str]:
    """A key that tells 1 from True and "1"."""
    return type(key).__name__, str(key)


def _numbers(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _first(reasons: Iterator[str]) -> str:
    return next(filter(None, reasons), "")


def _objects_in(thing: Any, seen: set[int]) -> Iterator[Any]:
    """All objects that can be reached through attributes and containers, each once."""
    if isinstance(thing, _ATOMS) or id(thing) in seen:
        return
    seen.add(id(thing))
    yield thing
    inner: list[Any] = [*getattr(thing, "__dict__", {}).values()]
    if attrs.has(type(thing)):
        inner += [getattr(thing, field.name, None) for field in attrs.fields(type(thing))]
    if isinstance(thing, Mapping):
        inner += thing.values()
    elif isinstance(thing, list | tuple):
        inner += thing
    for value in inner:
        yield from _objects_in(value, seen)


def _after_a_step(optimiser: Optimizer, now: dict[str, Any]) -> dict[str, Any]:
    """The state_dict that an optimiser will have when all its parameters have moved."""
    twin = deepcopy(optimiser)
    for group in twin.param_groups:
        for parameter in group["params"]:
            parameter.grad = torch.zeros_like(parameter)
    type(twin).step(twin)  # not its attribute: a schedule puts the original's there
    return {"state": twin.state_dict()["state"], "param_groups": now["param_groups"]}


def _without_numbers(tree: Tree) -> Tree:
    match tree:
        case Tensor():
            return tree.to("meta")
        case dict():
            return {key: _without_numbers(value) for key, value in tree.items()}
        case list() | tuple():
            return type(tree)(_without_numbers(value) for value in tree)
        case _:
            return tree
