"""Which values an argument can take, and the form in which it takes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from typing import Any, Final

from attrs import frozen

from hypertune import ir
from hypertune.catalogue import Arg, Required
from hypertune.semantics.arguments.constants import is_number, is_whole

_Form = Callable[[ir.Value], Any]


class WrongSort(Exception):
    """Raised where a value is not of the sort that an argument wants."""


def converted(arg: Arg, value: ir.Value) -> ir.Value:
    """A constant in the form that `arg` wants, bounds and words not looked at.

    Raises:
        WrongSort: if it has none.

    """
    if arg.type in ("quantity", "length"):
        return _quantity(arg, value)
    if arg.type == "numbers" and arg.choices and isinstance(value, str):
        return value
    form: ir.Value = _TYPES[arg.type][0](value)
    return form


def wanted(arg: Arg) -> str:
    """What sort of value `arg` wants, in the language's words."""
    if arg.rest:
        return "a list of words"
    if arg.type in ("quantity", "length"):
        if arg.units == ("seconds",):
            return "a time such as `30 min`"
        units = " or ".join(arg.units)
        whole = f"a whole number of {units}"
        return whole if arg.type == "length" else f"a number of {units}, such as `5 epochs`"
    words = arg.choices if arg.type == "numbers" else ()
    unset = (arg.unset,) if arg.unset != "none" else ()
    return _TYPES[arg.type][1] + "".join(f", or `{word}`" for word in (*words, *unset))


def outlier(arg: Arg, value: ir.Value) -> float | None:
    """The first number in a converted value that is beyond the bounds of `arg`, if any."""
    for number in _numbers_in(value):
        low = number < arg.low or (arg.open_low and number == arg.low)
        high = number > arg.high or (arg.open_high and number == arg.high)
        if low or high:
            return number
    return None


def wrong_length(arg: Arg, value: ir.Value) -> int | None:
    """The number of items where `arg` wants another that the declaration tells."""
    if not isinstance(arg.count, int):
        return None
    count = len(value) if isinstance(value, tuple) else 1
    return count if count != arg.count else None


@frozen
class Own:
    """What sort of values a hyperparameter has: whole numbers, words, any numbers."""

    whole: bool = False
    words: tuple[str, ...] = ()


def accepts(arg: Arg, value: ir.Value, hypers: Mapping[str, Own]) -> bool:
    """Whether `arg` can have a settled value; `hypers` tells of each hyperparameter."""
    if isinstance(value, ir.Ref):
        own = hypers.get(value.hyper, Own())
        if arg.type == "string" or own.words:
            return arg.use is not None and bool(own.words) and {*own.words} <= {*arg.choices}
        return arg.use is not None and (arg.type != "int" or own.whole)
    if isinstance(value, ir.Label):
        return arg.type == "label"
    if isinstance(value, ir.Call):
        return arg.kind is not None  # whose arguments are looked at on their own
    if not isinstance(arg.default, Required) and value == arg.default:
        return True
    try:
        fine = converted(arg, value)
    except WrongSort:
        return False
    if isinstance(fine, str) and arg.choices:
        return fine in arg.choices
    return outlier(arg, fine) is None and wrong_length(arg, fine) is None


def range_of(arg: Arg) -> str:
    """The bounds of an argument in words."""
    if arg.low == -inf and arg.high == inf:
        return "any number"
    if arg.high == inf:
        return f"above {arg.low:g}" if arg.open_low else f"{arg.low:g} or more"
    if arg.low == -inf:
        return f"below {arg.high:g}" if arg.open_high else f"{arg.high:g} or less"
    if not (arg.open_low or arg.open_high):
        return f"from {arg.low:g} to {arg.high:g}"
    low = f"above {arg.low:g}" if arg.open_low else f"{arg.low:g} or more"
    return f"{low} and below {arg.high:g}" if arg.open_high else f"{low} and up to {arg.high:g}"


def _numbers_in(value: ir.Value) -> list[float]:
    if isinstance(value, bool):
        return []
    if isinstance(value, int | float):
        return [value]
    if isinstance(value, ir.Quantity):
        return [value.amount]
    if isinstance(value, tuple):
        return [number for item in value for number in _numbers_in(item)]
    return []


def _sort(
    fits: Callable[[ir.Value], bool], form: Callable[[Any], Any] = lambda value: value
) -> _Form:
    """Values of one sort, in one form."""

    def convert(value: ir.Value) -> Any:
        if not fits(value):
            raise WrongSort
        return form(value)

    return convert


def _each(item: _Form) -> _Form:
    """One value or a tuple of them."""
    return lambda value: (
        tuple(map(item, value)) if isinstance(value, tuple) and value else item(value)
    )


def _quantity(arg: Arg, value: ir.Value) -> ir.Quantity:
    """A number of the first unit where none is written, but no number is a time."""
    if is_number(value) and value == int(value) and arg.units != ("seconds",):
        value = ir.Quantity(value, arg.units[0])
    if not isinstance(value, ir.Quantity) or value.unit not in arg.units:
        raise WrongSort
    if arg.type == "length" and value.unit != "seconds" and value.amount != int(value.amount):
        raise WrongSort
    return value


def _is_share(value: ir.Value) -> bool:
    return is_whole(value) or (is_number(value) and value <= 1)


_int = _sort(is_whole)
_float = _sort(is_number, float)
_string = _sort(lambda value: isinstance(value, str))
_never = _sort(lambda value: False)

_TYPES: Final[Mapping[str, tuple[_Form, str]]] = {
    "int": (_int, "a whole number"),
    "float": (_float, "a number"),
    "bool": (_sort(lambda value: isinstance(value, bool)), "`true` or `false`"),
    "string": (_string, "a word or a string"),
    "path": (_string, "a path in quotes"),
    "size": (_each(_int), "a whole number, or one for each axis"),
    "ints": (_each(_int), "a whole number or a tuple of them"),
    "numbers": (_each(_float), "a number or a tuple of them"),
    "words": (_each(_string), "a word or a tuple of them"),
    "share": (_sort(_is_share), "a share such as `20%` or a count such as `5_000`"),
    "call": (_never, "a name, with arguments if it takes any"),
    "label": (_never, "the label of a layer"),
}
