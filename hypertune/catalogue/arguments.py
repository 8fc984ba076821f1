"""The arguments of a kind, as they are declared."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any, Final, Literal

from attrs import frozen

from hypertune.ir import Value
from hypertune.uses import Use as Use

Args = Mapping[str, Any]  # settled values by name, as in `ir.Call.args`


class Required:
    """The default of an argument that must be written."""

    def __repr__(self) -> str:
        return "required"


REQUIRED: Final = Required()


@frozen
class Arg:
    """One argument of a kind.

    `type` is one of `int`, `float`, `bool`, `string`, `size` (an int or one per axis), `ints` and
    `numbers` (a number or a tuple of them), `words` (the same of strings), `share` (of examples,
    or their count), `quantity` (a number with one of the `units`, or a count of the first),
    `length` (the same, whole but for seconds), `path` (of a file or folder, seen from the file
    that it is written in), `call` (one of the kinds of the class `kind`, such as a solver, with
    arguments of its own), `label` (another layer). Bounds are inclusive unless `open_low` or
    `open_high`; `choices` lists the words allowed (of `numbers`, in their place), and `unset` is
    the word for a default of None. `use` says what a hyperparameter passed here is to the
    training loss; without it only constants are allowed. A hyperparameter in the place of a
    `string` is a choice of words, and is read as their places in `choices`. `per_batch` tells
    that its perturbation must be drawn once for the whole batch. `each` is what a hyperparameter
    passed here may have one for each of. `count` is how many `numbers` there must be (None: any;
    "classes": as many as the target has). `rest`, of the last argument, takes all values that are
    left. `named` is the name in a spec whose value stands where no other is written, as far as
    the spec knows one.
    """

    name: str
    type: str
    doc: str
    default: Value | Required = REQUIRED
    low: float = -inf
    high: float = inf
    open_low: bool = False
    open_high: bool = False
    choices: tuple[str, ...] = ()
    use: Use | None = None
    per_batch: bool = False
    each: str = "example"  # or "weight"
    count: int | Literal["classes"] | None = None
    rest: bool = False
    kind: Any = None  # a class, such as `SolverType`
    named: str = ""
    units: tuple[str, ...] = ("steps", "epochs")
    unset: str = "none"


def nothing_refused(args: Args) -> str:
    """No reason why arguments that are right one by one would not fit together."""
    return ""
