"""`load`: from a program's data to its parts on a device."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from attrs import evolve, frozen
from torch import Tensor

from hypertune.catalogue import (
    AugmentType,
    Catalogue,
    CorruptionType,
    SourceType,
    Unreadable,
    part_sizes,
    shortage,
)
from hypertune.data.divisions import in_a_row, stratified
from hypertune.data.failures import FileUnreadable, NotPixels
from hypertune.data.filling import filled
from hypertune.data.scaling import Scaling, check_apart, fit, scaled, standardize
from hypertune.data.serving import generator
from hypertune.data.sets import Part, Sets, StreamPart
from hypertune.data.stored import Inputs, Stored, only
from hypertune.ir import Call, Data

Pair = tuple[Inputs, Tensor]


@frozen
class Raw:
    """A source as it was found, and its arrays (x, y) by the parts that it keeps apart."""

    source: SourceType
    arrays: Mapping[str, tuple[Any, Any]]


def look(data: Data, catalogue: Catalogue) -> SourceType:
    """The source of some data as its files say it is.

    Raises:
        DataError: if the files cannot be had.

    """
    try:
        return catalogue.of(SourceType)[data.source.kind].seen(data.source.args)
    except Unreadable as fault:
        raise FileUnreadable(str(fault)) from fault


def read(data: Data, catalogue: Catalogue) -> Raw:
    """All that the source of some data gives.

    Raises:
        DataError: if the files cannot be had.

    """
    source = look(data, catalogue)
    try:
        return Raw(source, source.load(data.source.args))
    except Unreadable as fault:
        raise FileUnreadable(str(fault)) from fault


def load(
    data: Data,
    catalogue: Catalogue,
    device: torch.device | str = "cpu",
    raw: Raw | None = None,
) -> Sets:
    """Read the source, split it, and fit the scaling to the training part.

    What a source keeps apart stays apart: the split divides its `train` (or `all`) examples.
    `standardize` scales real targets too, so that a learning rate fits any of them.

    Args:
        data: as in a program.
        catalogue: has its source.
        device: where the parts are to live.
        raw: what the source gives, if it was read before.

    Raises:
        DataError: if the files cannot be had.

    """
    raw = raw or read(data, catalogue)
    source = raw.source
    if source.sequence:
        return _streams(data, raw, device)
    arrays = {part: _tensors(*pair) for part, pair in raw.arrays.items()}
    pool = arrays.pop("all", None) or arrays.pop("train")
    _check_split(data.split, raw)
    parts = _divide(pool, data) | arrays
    fill = None
    how = str(data.source.args.get("missing", "refuse"))
    if how != "refuse" and "train" in parts:
        table: Any = parts  # whose examples lie in memory
        found, fill = filled(table, how, source.columns)
        parts = dict[str, Pair](found)
    nothing = only(pool[0], slice(0)), pool[1][:0]
    if data.corrupt and "train" in parts:
        parts["train"] = _damaged(parts["train"], data.corrupt, catalogue, source.classes)
    train_x, train_y = parts.get("train", nothing)
    scaling = fit(data.scale, train_x)
    real = data.scale is not None and data.scale.kind == "standardize" and not source.classes
    target = standardize(train_y) if real else Scaling()
    check_apart(train_x, scaling, tuple(f"`{name}`" for name in source.columns))
    if not source.classes:
        check_apart(train_y[:, None], target, ("the target",))
    on_pixels = _on_pixels(data, catalogue, train_x)
    late = on_pixels or train_x.dtype == torch.uint8  # scaled when they are served
    served = (scaling.late() if late else evolve(scaling, done=True)).to(device)
    early = Scaling() if late else scaling

    def part(name: str) -> Part:
        x, y = parts.get(name, nothing)
        y = y if source.classes else scaled(y, target)
        x = x if isinstance(x, Stored) else scaled(x, early)
        return Part(x.to(device), y.to(device), served)

    parts_there = (part("train"), part("valid"), part("test"))
    return Sets(
        *parts_there, target.to(device), source.columns, source.class_names, source.classes, fill
    )


def _streams(data: Data, raw: Raw, device: torch.device | str) -> Sets:
    """The parts of a text."""
    if data.batch is None or data.window is None:
        raise TypeError("a text is served in a number of streams, and in windows")
    tokens = {part: torch.tensor(x) for part, (x, _) in raw.arrays.items()}
    why = shortage(
        {part: len(tokens_N) for part, tokens_N in tokens.items()}, data.batch, data.window
    )
    if why:
        raise FileUnreadable(f"{why}; write a smaller `window` or `batch`")

    def part(name: str) -> StreamPart:
        tokens_N = tokens.get(name, torch.zeros(0, dtype=torch.int64))
        streams = min(data.batch or 1, len(tokens_N))
        return StreamPart.of(tokens_N.to(device), max(streams, 1), data.window or 1)

    source = raw.source
    parts_there = (part("train"), part("valid"), part("test"))
    return Sets(*parts_there, class_names=source.class_names, classes=source.classes)


def _on_pixels(data: Data, catalogue: Catalogue, x: Inputs) -> bool:
    """Whether some augmentation needs numbers before they are scaled."""
    kinds = [catalogue.of(AugmentType)[call.kind] for call in data.augment]
    for kind in kinds:
        if kind.bounded and isinstance(x, Tensor) and x.is_floating_point() and len(x):
            low, high = (end.item() for end in x.aminmax())
            if low < 0 or high > 1:
                raise NotPixels(kind.name, low, high)
    return any(kind.on == "pixels" for kind in kinds)


def _check_split(split: Mapping[str, float | int], raw: Raw) -> None:
    for part in split:
        if part in raw.arrays and part != "train":
            why = f"`{raw.source.name}` keeps its own `{part}` part, and the split makes another"
            raise FileUnreadable(why)


def _damaged(train: Pair, call: Call, catalogue: Catalogue, classes: int) -> Pair:
    damage = catalogue.of(CorruptionType)[call.kind].build(call.args)
    seed: Any = call.args.get("seed", 0)
    damaged: Pair = damage(*train, classes, generator(seed, "corrupt", 0))
    return damaged


def _tensors(x: Any, y: Any) -> Pair:
    """Numbers as they are, in their own precision, or in their file; whole targets as long."""
    target = torch.tensor(y)
    inputs = Stored.of(torch.from_numpy(x)) if isinstance(x, np.memmap) else torch.tensor(x)
    return inputs, target.long() if y.dtype.kind in "iub" else target


def _divide(pool: Pair, data: Data) -> dict[str, Pair]:
    """The parts of the split, none overlapping another; shuffled unless there is no seed."""
    x, y = pool
    if data.split_seed is not None:
        order = torch.randperm(len(y), generator=generator(data.split_seed, "split", 0))
        x, y = only(x, order), y[order]
    try:
        sizes = part_sizes(data.split, len(y))
    except ValueError as fault:
        raise FileUnreadable(f"the split does not fit the data: {fault}") from None
    places = stratified(y, sizes) if data.stratified else in_a_row(sizes)
    return {part: (only(x, index_N), y[index_N]) for part, index_N in places.items()}
