"""The whole intermediate form on one screen.

A `Program` is the proof that a spec was right: every name is resolved, every
default filled in, every shape known. Later stages trust it and have no error path.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate, pairwise

from attrs import field, frozen

Shape = tuple[int, ...]  # without the batch axis


@frozen
class Ref:
    """A hyperparameter passed to an argument; its value is what the argument gets."""

    hyper: str


@frozen
class Label:
    """Another layer as an argument, such as the one whose weight is shared."""

    layer: str


@frozen
class Quantity:
    """A length of training: `unit` is `epochs`, `steps` or `seconds`."""

    amount: float
    unit: str


@frozen
class Call:
    """A kind by name with every argument settled: a loss, a method, an optimiser, a source."""

    kind: str
    args: Mapping[str, Value] = field(factory=dict)


Start = float | str | tuple[float, ...]  # of a hyperparameter; a word where words are chosen from
Value = None | bool | int | float | str | Ref | Label | Quantity | Call | tuple["Value", ...]


@frozen
class Hyper:
    """One hyperparameter, or one for each of something (`over`) under a single name.

    Those of one name start alike, or each from its own item of a tuple.

    Units: `start` is constrained; `spread` (the scale of perturbations) and `prior` (the standard
    deviation of a normal prior around the start; None: there is none) are unconstrained.
    """

    name: str
    domain: Call
    start: Start
    per: str = "example"  # or "batch": what gets a draw of its own
    spread: float = 1.0
    spread_fixed: bool = False
    prior: float | None = None
    frozen: bool = False  # declared and used, not tuned
    over: str = ""  # or "example", "weight": there is one for each of those
    columns: int = (
        1  # how many unconstrained values it has; a choice has one for each of its words
    )
    entries: int | None = None  # how many `over` makes of it, where the spec tells

    @property
    def names(self) -> tuple[str, ...]:
        """What each of its values is called: itself, or `decays[0]`, `decays[1]`, …"""
        if not self.over:
            return (self.name,)
        return tuple(f"{self.name}[{place}]" for place in range(self.entries or 0))

    @property
    def starts(self) -> dict[str, float | str]:
        """Where each of its values starts."""
        each = self.start if isinstance(self.start, tuple) else (self.start,) * len(self.names)
        return dict(zip(self.names, each, strict=True))


@frozen
class Data:
    """Where the examples come from and how they are served."""

    source: Call
    split: Mapping[str, float | int]  # part -> share (float, 0 to 1) or count (int)
    split_seed: int | None  # None: in file order
    scale: Call | None
    augment: tuple[Call, ...]
    batch: int | None  # None: all of a part at once
    corrupt: Call | None = None  # damage to the training part
    stratified: bool = False  # each part has each class in the share that it has of all
    window: int | None = None  # steps of a text in a batch; None: the source is none


@frozen
class Node:
    """One node of the network: its arguments, conditioning, neighbours, sizes and place."""

    name: str  # unique; the prefix of its parameters
    kind: str
    args: Mapping[str, Value]
    given: tuple[str, ...]  # the hyperparameters that its weights respond to
    inputs: tuple[str, ...]  # the nodes that feed it; "input" is the data
    shapes: tuple[Shape, ...]  # of those
    output: Shape
    device: str = ""  # as written; after `place` a device of the machine
    origin: object = field(default=None, eq=False, repr=False)  # its place in a text, for messages


@frozen
class Term:
    """One summand of an objective."""

    loss: Call
    weight: float = 1.0


@frozen
class Objective:
    """What the weights minimise, what the hyperparameters minimise, what people read."""

    train: tuple[Term, ...]
    valid: tuple[Term, ...]
    report: tuple[Call, ...]


@frozen
class Tune:
    """One way to train: method, optimisers, length."""

    name: str
    method: Call
    optimisers: Mapping[str, Call]  # weights, hypers, responses, spreads: those the method uses
    schedule: Call | None
    clip: float | None
    precision: str  # "float32" or "bf16"
    length: Quantity
    patience: Quantity | None
    seed: int
    refit: str | None = None  # "best" or "last": until when it is trained again, on both parts


@frozen
class Program:
    """Hyperparameters in the order of the unconstrained vector, layers in that of evaluation."""

    hypers: tuple[Hyper, ...]
    data: Data
    input: Shape
    layers: tuple[Node, ...]
    objective: Objective
    tunes: tuple[Tune, ...]  # the first is the default

    @property
    def columns(self) -> dict[str, range]:
        """The places of the unconstrained values of each hyperparameter that there is one of."""
        single = [hyper for hyper in self.hypers if not hyper.over]
        ends = accumulate((hyper.columns for hyper in single), initial=0)
        places = [range(*place) for place in pairwise(ends)]
        return {hyper.name: place for hyper, place in zip(single, places, strict=True)}

    @property
    def starts(self) -> dict[str, float | str]:
        """Where each hyperparameter starts."""
        return {name: start for hyper in self.hypers for name, start in hyper.starts.items()}

    @property
    def output(self) -> Shape:
        """Shape of what the network gives, without the batch axis."""
        return self.layers[-1].output if self.layers else self.input

    def tune(self, name: str = "") -> Tune:
        """The tune block called `name`, or the first.

        Raises:
            KeyError: if there is none of that name.

        """
        found = [t for t in self.tunes if not name or t.name == name]
        if not found:
            raise KeyError(name)
        return found[0]
