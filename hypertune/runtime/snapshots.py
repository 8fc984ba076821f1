"""Trees of tensors and plain values: copied, and taken apart into what files can hold."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

import torch
from torch import Tensor

Tree = Any  # dicts, lists and tuples of tensors, numbers, strings, booleans and None
Json = Any  # what the json module writes, in the strict sense: no NaN, no infinities


def copied(tree: Tree) -> Tree:
    """The same tree; no later change of a tensor shows in it."""
    match tree:
        case Tensor():
            return tree.detach().clone()
        case dict():
            return {key: copied(value) for key, value in tree.items()}
        case list() | tuple():
            return type(tree)(copied(value) for value in tree)
        case _:
            return tree


def placed_as(like: Tensor, x: Tensor) -> Tensor:
    """`x`, of the same shape, with the type, device and layout in memory that `like` has."""
    x = x.to(like)
    return x if x.stride() == like.stride() else torch.empty_like(like).copy_(x)


def flatten(tree: Tree) -> tuple[dict[str, Tensor], Json]:
    """Tensors by their path in the tree, and the rest as JSON that says where they belong.

    What JSON cannot tell apart is an object of one key: {"tensor": path}, {"tuple": […]},
    {"dict": [[key, value], …]}, {"float": "inf"}.

    Raises:
        TypeError: if a leaf is none of tensor, number, string, boolean, None.

    """
    tensors: dict[str, Tensor] = {}
    return tensors, _skeleton(tree, "", tensors)


def unflatten(tensors: Mapping[str, Tensor], skeleton: Json) -> Tree:
    """The tree that `flatten` took apart.

    Raises:
        KeyError: if a tensor is missing.
        ValueError: if the skeleton is not one of `flatten`.

    """
    match skeleton:
        case None | bool() | int() | float() | str():
            return skeleton
        case list():
            return [unflatten(tensors, value) for value in skeleton]
        case {"tensor": str(path), **rest} if not rest:
            return tensors[path]
        case {"tuple": list(values), **rest} if not rest:
            return tuple(unflatten(tensors, value) for value in values)
        case {"dict": list(items), **rest} if not rest:
            return {key: unflatten(tensors, value) for key, value in _pairs(items)}
        case {"float": ("inf" | "-inf" | "nan") as name, **rest} if not rest:
            return float(name)
        case _:
            raise ValueError(f"not a part of a snapshot: {str(skeleton)[:60]!r}")


def _skeleton(tree: Tree, path: str, tensors: dict[str, Tensor]) -> Json:
    def inside(key: object, value: Tree) -> Json:
        return _skeleton(value, f"{path}/{key}" if path else str(key), tensors)

    match tree:
        case Tensor():
            path = _unused(path, tensors)
            tensors[path] = tree.detach()
            return {"tensor": path}
        case dict():
            return {"dict": [[_key(key), inside(key, value)] for key, value in tree.items()]}
        case tuple():
            return {"tuple": [inside(i, value) for i, value in enumerate(tree)]}
        case list():
            return [inside(i, value) for i, value in enumerate(tree)]
        case float() if not isfinite(tree):
            return {"float": str(float(tree))}
        case None | bool() | int() | float() | str():
            return tree
        case _:
            raise TypeError(f"a snapshot cannot hold a {type(tree).__name__} (at {path!r})")


def _unused(path: str, taken: Mapping[str, Tensor]) -> str:
    # The keys 1 and "1", or "a/b" and "a" above "b", give one path to two tensors.
    return path if path not in taken else _unused(path + "'", taken)


def _key(key: object) -> int | str:
    if isinstance(key, (int, str)) and not isinstance(key, bool):
        return key
    raise TypeError(f"a snapshot cannot hold a key of type {type(key).__name__}")


def _pairs(items: list[Json]) -> list[tuple[int | str, Json]]:
    if all(isinstance(i, list) and len(i) == 2 and isinstance(i[0], (int, str)) for i in items):
        return [(key, value) for key, value in items]
    raise ValueError("not a part of a snapshot: a dict whose items are not pairs")
