"""What a run remembers of its data, so that it goes on with the same or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from attrs import frozen

from hypertune.catalogue import SourceType

_MOST_TOLD = 5  # names


@frozen
class Fingerprint:
    """Sizes, names and checksums of all that a source gives, before it is split.

    `examples`, `inputs` and `targets` are by part, as the source keeps them apart; the last two
    are SHA-256 of the arrays in their order. Units: a second for 1.4 GB.
    """

    examples: Mapping[str, int]
    shape: tuple[int, ...]
    classes: int
    columns: tuple[str, ...]
    class_names: tuple[str, ...]
    inputs: Mapping[str, str]
    targets: Mapping[str, str]


def fingerprint(source: SourceType, arrays: Mapping[str, tuple[Any, Any]]) -> Fingerprint:
    """Of what a source has seen and loaded."""
    first = next(iter(arrays.values()))[0]
    return Fingerprint(
        examples={part: len(y) for part, (_, y) in arrays.items()},
        shape=tuple(first.shape[1:]),
        classes=source.classes,
        columns=source.columns,
        class_names=source.class_names,
        inputs={part: _checksum(x) for part, (x, _) in arrays.items()},
        targets={part: _checksum(y) for part, (_, y) in arrays.items()},
    )


def changes(then: Fingerprint, now: Fingerprint) -> list[str]:
    """What is no longer as it was, in words; nothing if all is."""
    found = [*_of_examples(then, now), *_of_columns(then, now), *_of_targets(then, now)]
    if found:
        return found
    what = {"examples": (then.inputs, now.inputs), "targets": (then.targets, now.targets)}
    return [
        f"its {name} are others, or in another order" for name, (a, b) in what.items() if a != b
    ]


def _of_examples(then: Fingerprint, now: Fingerprint) -> Iterator[str]:
    for part in sorted({*then.examples, *now.examples}):
        before, after = then.examples.get(part, 0), now.examples.get(part, 0)
        if before != after:
            where = "" if part == "all" else f" in `{part}`"
            yield f"it had {before:_} examples{where} and has {after:_}"


def _of_columns(then: Fingerprint, now: Fingerprint) -> Iterator[str]:
    gone = [name for name in then.columns if name not in now.columns]
    new = [name for name in now.columns if name not in then.columns]
    if gone:
        yield f"it lacks {_named('column', gone)}"
    if new:
        yield f"it has {_named('column', new)}, and had not"
    if not gone and not new and then.columns != now.columns:
        yield "its columns are in another order"
    if not gone and not new and then.shape != now.shape:
        yield f"an example had the shape {then.shape} and has {now.shape}"


def _of_targets(then: Fingerprint, now: Fingerprint) -> Iterator[str]:
    if then.classes != now.classes:
        counts = then.classes, now.classes
        before, after = (f"one of {n} classes" if n else "a number" for n in counts)
        yield f"its target was {before} and is {after}"
    elif then.class_names != now.class_names:
        new = [name for name in now.class_names if name not in then.class_names]
        yield f"it has {_named('class', new)}, and had not" if new else "its classes are others"


def _named(noun: str, names: list[str]) -> str:
    listed = ", ".join(f"`{name}`" for name in names[:_MOST_TOLD])
    more = f" and {len(names) - _MOST_TOLD} more" if len(names) > _MOST_TOLD else ""
    plural = {"class": "classes"}.get(noun, f"{noun}s")
    return f"the {noun if len(names) == 1 else plural} {listed}{more}"


def _checksum(array: Any) -> str:
    """Of an array's type, shape and numbers."""
    import numpy as np

    found = sha256(f"{array.dtype} {array.shape}".encode())
    found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()
