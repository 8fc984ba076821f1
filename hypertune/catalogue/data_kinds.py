"""Kinds of data: sources, augmentations, corruptions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Final

from attrs import evolve, frozen

from hypertune.catalogue.arguments import Arg, Args
from hypertune.ir import Shape

UNKNOWN: Final = "<unk>"  # the token that stands for those of no vocabulary


class Unreadable(Exception):
    """Raised by a source's `look`: why a file cannot be used.

    Args:
        why: a sentence.
        argument: the one at fault, if it is one.
        name: what it names that is not there.
        known: what it could name.

    """

    def __init__(
        self, why: str, argument: str = "", name: str = "", known: Iterable[str] = ()
    ) -> None:
        super().__init__(why)
        self.argument = argument
        self.name = name
        self.known = tuple(known)


def not_there(path: str, argument: str, fault: OSError) -> Unreadable:
    """Why a file or folder of the user's cannot be read, with those beside it."""
    place = Path(path).expanduser()
    beside = [other.name for other in place.parent.glob(f"*{place.suffix}")]
    return Unreadable(f"{path}: {fault.strerror}", argument, place.name, beside)


@frozen
class Seen:
    """What a file says of a source; the fields are those of `SourceType`."""

    shape: Shape
    classes: int
    sizes: Mapping[str, int]
    columns: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()


@frozen
class SourceType:
    """Where examples come from.

    `shape` and `classes` (0: a real target) are known before the data is read; `sizes` gives the
    number of examples by the parts that the source itself keeps apart, such as
    {"train": 60_000, "test": 10_000}, or {"all": 1_797}. `load` gives numpy arrays by part.
    `columns` names each number of an example that is a row, `class_names` each class in order,
    where they have names: for people, to use the network with.

    Where these are known from a file alone, `look` reads them from it; `seen` gives the source
    with what it found.

    A text is a `sequence` of tokens. Its `shape` is empty until a `window` of it is taken,
    `classes` counts the different tokens, which `class_names` lists, `sizes` counts the tokens of
    each part, and `load` gives them in order, as inputs and as targets.

    Units: `width` is the bytes of a number of an example, as it lies on the device.
    """

    noun: ClassVar = "source"
    name: str
    doc: str
    args: tuple[Arg, ...]
    shape: Shape
    classes: int
    sizes: Mapping[str, int]
    load: Callable[[Args], Mapping[str, tuple[Any, Any]]]
    width: int = 4
    look: Callable[[Args], Seen] | None = None
    columns: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    sequence: bool = False

    @property
    def output(self) -> Shape:
        """The shape that a network must give to be compared with the targets."""
        each = (self.classes,) if self.classes else (1,)
        return (*self.shape, *each) if self.sequence else each

    def in_windows(self, window: int | None) -> SourceType:
        """The source as its batches are: a text in windows of so many steps."""
        return evolve(self, shape=(window,)) if self.sequence and window else self

    def seen(self, args: Args) -> SourceType:
        """The source as it is with these arguments.

        Raises:
            Unreadable: if its file cannot be used.

        """
        if self.look is None:
            return self
        found = self.look(args)
        return evolve(
            self,
            shape=found.shape,
            classes=found.classes,
            sizes=found.sizes,
            columns=found.columns,
            class_names=found.class_names,
        )


@frozen
class Tokens:
    """The tokens of a training text, for what replaces some of them.

    Shapes: `ends_V` counts, as a tensor, how often those up to each of the vocabulary are there,
    `total` all; the first above a whole number below `total` is drawn as often as it is there.
    """

    ends_V: Any
    total: int
    unknown: int  # the place of `<unk>`, if there is one


@frozen
class AugmentType:
    """Something done to training examples on the device, each with strengths of its own.

    `build(args)` gives a function (x, strengths) -> x: x a batch; strengths the values of the
    hyperparameters among the arguments, (B,) or (1,). Of a kind that `mixes_targets` it is
    (x, y, classes, strengths) -> (x, y): y are classes, soft targets (B, classes), or numbers
    (classes is 0), and classes become soft targets in x's dtype. All is drawn from torch's default
    generator of x's device.

    `on` says what x are: "pixels" before scaling (those of bytes from 0 to 1), "scaled" numbers,
    or "tokens" of a text. Of these it is (x, tokens, strengths) -> x, with their `Tokens`; one of
    `unknown` needs `<unk>` among them. A `bounded` kind needs pixels from 0 to 1. `waived` is as
    for a `LayerType`.
    """

    noun: ClassVar = "augmentation"
    name: str
    doc: str
    args: tuple[Arg, ...]
    ranks: tuple[int, ...]
    build: Callable[[Args], Any]
    on: str = "pixels"
    bounded: bool = False
    unknown: bool = False
    mixes_targets: bool = False
    waived: Mapping[str, str] = {}


@frozen
class CorruptionType:
    """Damage that is done on purpose, once, to the training part alone.

    `build(args)` gives a function (x, target, classes, generator) -> (x, target): tensors with a
    row per example, the number of classes (0: a real target), the generator of all its draws,
    whose seed is the argument `seed` if it has one. `targets` is `classes`, `real` or ``.
    """

    noun: ClassVar = "corruption"
    name: str
    doc: str
    args: tuple[Arg, ...]
    build: Callable[[Args], Any]
    targets: str = ""
