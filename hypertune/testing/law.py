"""What a law is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from attrs import frozen
from torch import Tensor

from hypertune.catalogue import LayerType

Check = Callable[[Any], None]  # of a case
Concerns = Callable[[Any], bool]  # of a kind


def _always(kind: object) -> bool:
    return True


@frozen
class Law:
    """Something that holds for every case of every kind that it concerns.

    `name` completes the sentence "a layer …", or "an augmentation …", "a loss …".
    """

    name: str
    check: Check
    concerns: Concerns = _always


def law(concerns: Concerns = _always) -> Callable[[Check], Law]:
    """Make a law of a function: its name is the function's, in words."""
    return lambda check: Law(check.__name__.replace("_", " "), check, concerns)


def responds(kind: LayerType) -> bool:
    return kind.responds


def reads_numbers(kind: LayerType) -> bool:
    """Tokens have no tangent, and no gradient reaches them."""
    return not kind.tokens


def responds_to_numbers(kind: LayerType) -> bool:
    return kind.responds and reads_numbers(kind)


def same(found: Tensor, expected: Tensor, what: str, tolerance: float = 1e-10) -> None:
    """Hold two tensors against each other.

    Units: `tolerance` is relative, and absolute relative to the largest number expected.
    """
    largest = expected.abs().max().item() if expected.numel() and not expected.is_meta else 1.0
    torch.testing.assert_close(
        found,
        expected,
        rtol=tolerance,
        atol=tolerance * max(1.0, largest),
        msg=lambda difference: f"{what}: {difference}",
    )
