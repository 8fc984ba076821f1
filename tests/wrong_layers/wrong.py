"""What stands on the shelf: a wrong layer type, and the law that must catch it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import evolve, frozen

from hypertune.catalogue import AugmentType, LayerType, LossType
from hypertune.layers.dropout import DROPOUT
from hypertune.layers.linear import LINEAR
from hypertune.layers.relu import RELU
from hypertune.response import Layer
from hypertune.response.dropout import Dropout


@frozen
class Wrong:
    """A kind, what is wrong with it, and the law that says so."""

    what: str
    law: str
    kind: LayerType | AugmentType | LossType


def affine(layer: type[Layer]) -> LayerType:
    """`linear` with another layer."""
    return evolve(
        LINEAR,
        build=lambda args, shape, given: layer(
            shape[-1], args["out_features"], args["bias"], given
        ),
    )


def dropout(layer: type[Dropout]) -> LayerType:
    """`dropout` with another layer."""
    return evolve(
        DROPOUT,
        build=lambda args, shape, given: layer(
            args["p"] if isinstance(args["p"], float | int) else None
        ),
    )


def free(build: Callable[[], Any]) -> LayerType:
    """A kind without arguments and weights."""
    return evolve(RELU, build=lambda args, shape, given: build())
