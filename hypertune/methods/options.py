"""Options of a method's class as its declaration has them, which is where they stand once."""

from __future__ import annotations

from math import inf
from typing import Any

from attrs import NOTHING, field, validators

from hypertune.catalogue import Arg, MethodType, Required, SolverType
from hypertune.ir import Call, Quantity


def option(kind: MethodType | SolverType, name: str) -> Any:
    """A field with the default and the bounds of an argument.

    What only a spec can say has no default here: a solver by its name. A length of training, in
    steps here, is none unless it is given, because how many steps an epoch has is not known.
    """
    arg = next(arg for arg in kind.args if arg.name == name)
    default: Any = arg.default
    if isinstance(default, Required | Call):
        default = NOTHING
    if isinstance(default, Quantity):
        default = 0
    checks = list(_checks(arg))
    if default is None:
        return field(default=None, validator=validators.optional(validators.and_(*checks)))
    return field(default=default, validator=checks)


def _checks(arg: Arg) -> list[Any]:
    checks: list[Any] = []
    if arg.low > -inf:
        checks.append((validators.gt if arg.open_low else validators.ge)(arg.low))
    if arg.high < inf:
        checks.append((validators.lt if arg.open_high else validators.le)(arg.high))
    if arg.choices:
        checks.append(validators.in_(arg.choices))
    return checks
