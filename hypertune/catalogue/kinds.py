"""What the compiler must know of a kind. A kind is a value; what it builds imports torch itself.

The checker reads the declaration, lowering calls `build`, the conformance kit draws cases from
`args`, `hypertune kinds` prints `doc`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any, ClassVar, Final

from attrs import evolve, field, frozen

from hypertune.catalogue.arguments import REQUIRED, Arg, Args, Use
from hypertune.ir import Call, Shape, Value


class WrongShape(Exception):
    """Raised by the `output` of a layer or merge: why shapes do not fit, and what would help."""

    def __init__(self, why: str, advice: str = "") -> None:
        super().__init__(why)
        self.advice = advice


@frozen
class Plain:
    """A module of `torch.nn` and what it is called with; its text is `nn.Linear(64, 10)`."""

    name: str
    args: tuple[Value, ...] = ()
    options: Mapping[str, Value] = field(factory=dict)

    @classmethod
    def of(cls, name: str, args: Args, declared: tuple[Arg, ...]) -> Plain:
        """`name` with `args`: required ones by position, others by name, defaults left out."""
        given = tuple(args[a.name] for a in declared if a.default is REQUIRED)
        optional = [a for a in declared if a.default is not REQUIRED]
        return cls(
            name, given, {a.name: args[a.name] for a in optional if args[a.name] != a.default}
        )

    def __str__(self) -> str:
        named = [f"{name}={value!r}" for name, value in self.options.items()]
        return f"nn.{self.name}({', '.join([*map(repr, self.args), *named])})"


@frozen
class Costs:
    """What a layer costs.

    Units: parameters are counted; `flops` are per example, for the plain forward pass. A
    multiply-add of a product or convolution is two, a bias nothing (as
    `torch.utils.flop_counter` counts); an elementwise map is one per element of its output, a
    pooling one per element of every window. The memory of activations is measured.
    """

    base: int = 0
    response: int = 0
    flops: int = 0


def _free(args: Args, shape: Shape, given: int) -> Costs:
    return Costs()


def _fit(args: Args) -> str:
    return ""


@frozen
class LayerType:
    """All that the compiler must know to accept, size, build, export and test a layer.

    `output` gives the shape after the layer or raises `WrongShape`. `build` gives a
    `response.Layer` of torch. `plain` gives the torch module of the folded layer; its arguments
    hold the values of hyperparameters instead of references. `costs` and `build` take the
    arguments, the shape before the layer, and how many hyperparameters its weights respond to.
    `waived` names the laws of `hypertune.testing` that cannot hold for this kind, each with a
    reason.

    `weight` gives the shape of the weight, of a kind whose layers may share it: such a kind has
    an argument `tied`, a label, which `build` may ignore and `costs` counts as no weight.

    `tokens` names the argument that counts the tokens, of a kind that reads tokens: whole numbers
    from 0, of which there is one for each place in the shape.
    """

    noun: ClassVar = "layer type"
    name: str
    doc: str
    args: tuple[Arg, ...]
    output: Callable[[Args, Shape], Shape]
    build: Callable[[Args, Shape, int], Any]
    plain: Callable[[Args, Shape], Plain]
    ranks: tuple[int, ...] = ()  # of the input, without the batch axis; empty: any
    responds: bool = False  # whether it has weights that can respond
    costs: Callable[[Args, Shape, int], Costs] = _free
    waived: Mapping[str, str] = {}
    weight: Callable[[Args, Shape], Shape] | None = None
    gives_tuple: bool = False  # whether the plain module does, whose first is the output
    tokens: str = ""


def _free_merge(args: Args, shapes: Sequence[Shape]) -> Costs:
    return Costs()


@frozen
class MergeType:
    """How the outputs of several layers become one; it has no weights.

    `output` gives the shape after the merge or raises `WrongShape`. `build` gives a
    `response.Merge` of torch. `plain` gives the Python expression of the same, from the names of
    the merged tensors. Every argument has a default.
    """

    noun: ClassVar = "merge"
    name: str
    doc: str
    output: Callable[[Args, Sequence[Shape]], Shape]
    build: Callable[[Args], Any]
    plain: Callable[[Args, Sequence[str]], str]
    args: tuple[Arg, ...] = ()
    costs: Callable[[Args, Sequence[Shape]], Costs] = _free_merge


def _no_words(args: Args) -> tuple[str, ...]:
    return ()


@frozen
class DomainType:
    """The values that a hyperparameter may have, and its unconstrained coordinate.

    `unconstrain(value, lo, hi)` and `constrain(unconstrained, lo, hi)` are inverse to one another;
    `constrain_tensor` is `constrain` for tensors, elementwise, where lo and hi broadcast.
    `bounds` gives (lo, hi) from the arguments. A start must lie strictly between them (or from
    bound to bound if `closed`). `refuses` says why arguments that are right one by one do not fit
    together, such as ends in the wrong order ("" if they do).

    A `logarithmic` domain is even in its logarithm, for whoever draws from it.

    Where `words` gives any, the hyperparameter is one of these: it has an unconstrained value for
    each, the word's logit, and is the word whose logit is the largest. All else is then said of a
    logit.
    """

    noun: ClassVar = "domain"
    name: str
    doc: str
    args: tuple[Arg, ...]
    bounds: Callable[[Args], tuple[float, float]]
    unconstrain: Callable[[float, float, float], float]
    constrain: Callable[[float, float, float], float]
    constrain_tensor: Callable[[Any, Any, Any], Any]
    closed: bool = False
    discrete: bool = False
    logarithmic: bool = False
    refuses: Callable[[Args], str] = _fit
    words: Callable[[Args], tuple[str, ...]] = _no_words

    def is_bounded(self, args: Args) -> bool:
        """Whether it has ends, or words: values can be drawn from it."""
        return bool(self.words(args)) or all(map(isfinite, self.bounds(args)))


Domain = tuple[DomainType, Args]


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
class AugmentType:
    """Something done to training examples on the device, each with strengths of its own.

    `build(args)` gives a function (x, strengths) -> x: x a batch; strengths the values of the
    hyperparameters among the arguments, (B,) or (1,). Of a kind that `mixes_targets` it is
    (x, y, classes, strengths) -> (x, y): y are classes, soft targets (B, classes), or numbers
    (classes is 0), and classes become soft targets in x's dtype. All is drawn from torch's default
    generator of x's device.

    `on` says what x are: "pixels" before scaling (those of bytes from 0 to 1), or "scaled"
    numbers. A `bounded` kind needs pixels from 0 to 1. `waived` is as for a `LayerType`.
    """

    noun: ClassVar = "augmentation"
    name: str
    doc: str
    args: tuple[Arg, ...]
    ranks: tuple[int, ...]
    build: Callable[[Args], Any]
    on: str = "pixels"
    bounded: bool = False
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


@frozen
class LossType:
    """A summand of an objective.

    `build(args)` gives a function of a `losses.LossInput` to a scalar, the mean over the batch.
    `penalty` tells that it reads weights, not predictions. `targets` is `classes`, `real` or ``.
    `waived` is as for a `LayerType`.
    """

    noun: ClassVar = "loss"
    name: str
    doc: str
    args: tuple[Arg, ...]
    build: Callable[[Args], Any]
    targets: str = ""
    penalty: bool = False
    waived: Mapping[str, str] = {}


@frozen
class MetricType:
    """A number for people. `build()` gives a function (output, target) -> sum over the batch.

    What the sums add up to, over all examples, is divided by their count; `read` turns that mean
    into the number shown (the root, for `rmse`).
    """

    noun: ClassVar = "metric"
    name: str
    doc: str
    targets: str
    build: Callable[[], Any]
    read: Callable[[float], float] = float
    args: tuple[Arg, ...] = ()


@frozen
class Pass:
    """One pass forward and backward that a method's step takes, for the estimate of its memory.

    `trains` names the groups that get gradients, of "base" and "response"; `share` is that of the
    batch. In a `responding` pass the weights respond; in a `linearised` one, to the first order.
    """

    trains: tuple[str, ...] = ("base",)
    responding: bool = False
    linearised: bool = False
    share: float = 1.0


def _plain_pass(args: Args) -> tuple[Pass, ...]:
    return (Pass(),)


@frozen
class SolverType:
    """A way to solve the linear system of an implicit hypergradient.

    `build(args)` gives the solver for the method that it is an option of.
    """

    noun: ClassVar = "solver"
    name: str
    doc: str
    args: tuple[Arg, ...]
    build: Callable[[Args], Any]

    def default(self) -> Call:
        """The solver with the defaults of all its arguments."""
        return Call(self.name, {arg.name: arg.default for arg in self.args})  # type: ignore[misc]


def _no_vectors(args: Args) -> bool:
    return False


@frozen
class MethodType:
    """A bilevel method: its options, what it can follow, which optimisers it uses.

    `optimisers` maps each that it uses to the one it defaults to ("" if it must be written).
    `build(options)` gives the method for `runtime.Training`; `passes(options)` what a step takes.
    `perturbs_weights` tells that the weights themselves are trained on perturbed values.
    `tunes_vectors(options)` tells whether it tunes hyperparameters that there is one of for each
    example or weight. One that `differentiates` the steps of the optimiser of the weights wants
    one that has an update rule.

    A search trains many times: `trials` gives how often at most, from the options and the domains
    of the hyperparameters that it tunes. What is built is then for `search.Study`.
    """

    noun: ClassVar = "method"
    name: str
    doc: str
    args: tuple[Arg, ...]
    follows: frozenset[Use]
    optimisers: Mapping[str, str]
    build: Callable[[Args], Any]
    needs_response: bool = False
    perturbs_weights: bool = False
    passes: Callable[[Args], tuple[Pass, ...]] = _plain_pass
    trials: Callable[[Args, Sequence[Domain]], int] | None = None
    tunes_vectors: Callable[[Args], bool] = _no_vectors
    differentiates: bool = False
    refuses: Callable[[Args], str] = _fit


def _two_slots(args: Args) -> int:
    return 2


@frozen
class OptimiserType:
    """An optimiser of torch under its name in specs; `torch` is its class in `torch.optim`.

    `refuses` is as for a `DomainType`; `slots` is how many numbers it keeps per parameter; `rule`
    gives the `runtime.Rule` that makes the same steps, if there is one.
    """

    noun: ClassVar = "optimiser"
    name: str
    doc: str
    args: tuple[Arg, ...]
    torch: str
    refuses: Callable[[Args], str] = _fit
    slots: Callable[[Args], int] = _two_slots
    rule: Callable[[], Any] | None = None


@frozen
class ScheduleType:
    """A schedule of torch; `torch` is its class in `torch.optim.lr_scheduler`.

    `factor` gives, from the arguments and the number of an epoch (from 0), what is left of the
    distance between the first learning rate and `eta_min` (zero, if that is none of its
    arguments); a schedule without `factor` goes by the validation loss. `refuses` is as for a
    `DomainType`.
    """

    noun: ClassVar = "schedule"
    name: str
    doc: str
    args: tuple[Arg, ...]
    torch: str
    factor: Callable[[Args, int], float] | None = None
    refuses: Callable[[Args], str] = _fit


Kind = (
    LayerType
    | MergeType
    | DomainType
    | SourceType
    | AugmentType
    | CorruptionType
    | LossType
    | MetricType
    | MethodType
    | SolverType
    | OptimiserType
    | ScheduleType
)

# As they are listed.
KINDS: Final[tuple[type[Kind], ...]] = (
    DomainType,
    SourceType,
    AugmentType,
    CorruptionType,
    LayerType,
    MergeType,
    LossType,
    MetricType,
    MethodType,
    SolverType,
    OptimiserType,
    ScheduleType,
)
