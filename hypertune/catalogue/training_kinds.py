"""Kinds of ways to train: methods, solvers, optimisers, schedules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Any, ClassVar

from attrs import frozen

from hypertune.catalogue.arguments import Arg, Args, Use, nothing_refused
from hypertune.catalogue.domain_kinds import Domain
from hypertune.ir import Call


@frozen
class Pass:
    """One pass forward and backward that a method's step takes, for the estimate of its memory.

    `trains` names the groups that get gradients, of "base" and "response"; `share` is that of the
    batch, but for `least` rows or more. In a `responding` pass the weights respond; in a
    `linearised` one, to the first order. So many `times` the pass is there at once; its gradients
    are those of one copy of the weights, or `of_all` copies that the method has.
    """

    trains: tuple[str, ...] = ("base",)
    responding: bool = False
    linearised: bool = False
    share: float = 1.0
    least: int = 1
    times: int = 1
    of_all: bool = False

    def rows(self, batch: int) -> int:
        """How many rows of a batch it reads."""
        equal = ceil(batch / max(batch // self.least, 1))  # parts, lest some rows are in two
        return max(ceil(self.share * batch), equal)


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


def _one_copy(args: Args, columns: int) -> int:
    return 1


def _no_vectors(args: Args) -> bool:
    return False


def _no_file(args: Args, domains: Mapping[str, Domain]) -> None:
    """Nothing is read."""


@frozen
class MethodType:
    """A bilevel method: its options, what it can follow, which optimisers it uses.

    `optimisers` maps each that it uses to the one it defaults to ("" if it must be written).
    `build(options)` gives the method for `runtime.Training`; `passes(options)` what a step takes,
    nothing where a step is more than passes and a plan is to take one that the method `shortened`.
    `copies(options, columns)` tells how many times the base weights lie in memory, with what their
    optimiser keeps, where there are so many unconstrained values.
    `perturbs_weights` tells that the weights themselves are trained on perturbed values.
    `tunes_vectors(options)` tells whether it tunes hyperparameters that there is one of for each
    example or weight. One that `differentiates` the steps of the optimiser of the weights wants
    one that has an update rule. `look(options, domains)` raises `Unreadable` if a file that an
    option names does not fit the hyperparameters, whose domains it gets by their names. One that
    solves its problem, instead of following a stream of batches, wants `whole_batch`. One that
    `uses_prior` adds that of each hyperparameter to the validation loss that it descends.

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
    copies: Callable[[Args, int], int] = _one_copy
    trials: Callable[[Args, Sequence[Domain]], int] | None = None
    tunes_vectors: Callable[[Args], bool] = _no_vectors
    differentiates: bool = False
    refuses: Callable[[Args], str] = nothing_refused
    look: Callable[[Args, Mapping[str, Domain]], None] = _no_file
    whole_batch: bool = False
    uses_prior: bool = False


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
    refuses: Callable[[Args], str] = nothing_refused
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
    refuses: Callable[[Args], str] = nothing_refused
