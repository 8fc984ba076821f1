"""Whether objects in JSON have the fields that are read later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NUMBER = (int, float)
MAYBE_NUMBER = (int, float, type(None))


def has_fields(tree: Any, kinds: Mapping[str, Any]) -> bool:
    """Whether it is an object with these fields, each of one of its types; true is no number."""
    return isinstance(tree, dict) and all(
        name in tree
        and isinstance(tree[name], kind)
        and (kind is bool or not isinstance(tree[name], bool))
        for name, kind in kinds.items()
    )


def is_flat(tree: Any) -> bool:
    """Whether an object holds numbers and words, or objects of such."""
    return isinstance(tree, dict) and all(
        value is None or isinstance(value, int | float | str) or is_flat(value)
        for value in tree.values()
    )
