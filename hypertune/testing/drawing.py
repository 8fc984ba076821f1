"""Cases drawn and shrunk by Hypothesis: small, legal uses of a kind."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import reject, strategies as st

from hypertune.catalogue import REQUIRED, Arg, AugmentType, LayerType, LossType, WrongShape
from hypertune.ir import Label, Ref, Value
from hypertune.testing.augment_case import AugmentCase
from hypertune.testing.case import Case
from hypertune.testing.loss_case import LossCase
from hypertune.testing.writing import small_bounds

_SEEDS = st.integers(0, 2**16 - 1)


class Undrawable(ValueError):
    """Raised where an argument does not say what could be passed to it."""


@st.composite
def cases(draw: st.DrawFn, kind: LayerType) -> Case:
    """Legal uses of `kind`: arguments in range; sizes small, now and then larger."""
    rank = draw(st.sampled_from(kind.ranks or (1, 2, 3)))
    first = draw(_counts())
    shape = (first, *(draw(st.integers(1, 6)) for _ in range(rank - 1)))
    args = draw(arguments(kind, rank))
    try:
        kind.output(args, shape)
    except WrongShape:
        reject()
    given = draw(st.integers(0, 3)) if kind.responds else 0
    return Case(kind, args, shape, given, draw(_counts()), draw(_SEEDS))


def _counts() -> st.SearchStrategy[int]:
    """How many examples or channels: mostly up to 4, in a quarter of the draws up to 10."""
    return st.integers(0, 3).flatmap(
        lambda quarter: st.integers(1, 4) if quarter < 3 else st.integers(5, 10)
    )


@st.composite
def augment_cases(draw: st.DrawFn, kind: AugmentType) -> AugmentCase:
    """Legal uses of an augmentation, of small images or rows."""
    rank = draw(st.sampled_from(kind.ranks or (1, 3)))
    first = draw(st.sampled_from((1, 3)) if rank == 3 else _counts())
    shape = (first, *(draw(st.integers(3, 8)) for _ in range(rank - 1)))
    args = draw(arguments(kind, rank))
    return AugmentCase(kind, args, shape, draw(_counts()), draw(_SEEDS))


@st.composite
def loss_cases(draw: st.DrawFn, kind: LossType) -> LossCase:
    """Legal uses of a loss or penalty."""
    args = draw(arguments(kind, 1))
    return LossCase(kind, args, draw(_counts()), draw(_counts()), draw(_SEEDS))


def arguments(
    kind: LayerType | AugmentType | LossType, rank: int
) -> st.SearchStrategy[dict[str, Value]]:
    """Arguments of `kind`, each in range, for an input of `rank` axes beside the batch."""
    return st.fixed_dictionaries({arg.name: _values(arg, rank) for arg in kind.args})


def _values(arg: Arg, rank: int) -> st.SearchStrategy[Value]:
    """The default and other values of an argument, and a hyperparameter where one may stand."""
    choices: list[st.SearchStrategy[Value]] = []
    if arg.default is not REQUIRED:
        choices.append(st.just(arg.default))  # type: ignore[arg-type]  # mypy: not narrowed
    if arg.type in _DRAWN:
        choices.append(_DRAWN[arg.type](arg, rank))
    if arg.use is not None:
        choices.append(st.just(Ref(arg.name)))
    if arg.type == "label" and arg.default is REQUIRED:
        choices.append(st.just(Label(arg.name)))
    if not choices:
        raise Undrawable(f"the kit cannot draw `{arg.name}`: hand over `cases` of your own")
    return st.one_of(choices)


def _integers(arg: Arg, rank: int) -> st.SearchStrategy[Value]:
    low = int(max(arg.low, 0))
    return st.integers(low, int(min(arg.high, low + 3)))


def _floats(arg: Arg, rank: int) -> st.SearchStrategy[Value]:
    low, high = small_bounds(arg)
    return st.floats(low, high, exclude_min=arg.open_low, exclude_max=arg.open_high)


def _sizes(arg: Arg, rank: int) -> st.SearchStrategy[Value]:
    one = _integers(arg, rank)
    return st.one_of(one, st.tuples(*[one] * (rank - 1)))


def _several(arg: Arg, rank: int) -> st.SearchStrategy[Value]:
    """The lowest number, or -1, with up to two small ones behind it."""
    first = int(max(arg.low, -1))
    more = st.lists(st.integers(max(first, 1), max(first, 1) + 1), max_size=2)
    return more.map(lambda numbers: (first, *numbers))


def _strings(arg: Arg, rank: int) -> st.SearchStrategy[Value]:
    return st.sampled_from(arg.choices) if arg.choices else st.nothing()


_DRAWN: dict[str, Callable[[Arg, int], st.SearchStrategy[Value]]] = {
    "int": _integers,
    "float": _floats,
    "numbers": lambda arg, rank: (_strings if arg.choices else _floats)(arg, rank),
    "size": _sizes,
    "ints": _several,
    "string": _strings,
    "bool": lambda arg, rank: st.booleans(),
}
