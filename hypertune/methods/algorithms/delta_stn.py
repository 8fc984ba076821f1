"""Delta-STN: centred, linearised, with steps of their own for weights and responses."""

from __future__ import annotations

from math import ceil

from attrs import field, frozen, validators
from torch import Tensor

from hypertune.methods.algorithms.group import descend
from hypertune.methods.algorithms.responding import Alternation, Responding
from hypertune.methods.algorithms.rows import first_rows
from hypertune.runtime import Batch, Batches, Heard, Problem, Recipe


@frozen(kw_only=True)
class DeltaSTN(Alternation):
    """Weights trained plainly; responses, to the distance from the current values, beside them.

    Units: `response_share` is the share of each batch, its first rows, that responses are trained
    on.
    Source: Bae and Grosse 2020, section 4 and algorithm 1; `response_share` is ours.
    """

    train_steps: int = field(default=5, validator=validators.ge(1))
    linearise: bool = True
    response_share: float = field(default=1.0, validator=[validators.gt(0.0), validators.le(1.0)])

    def init(self, problem: Problem, recipe: Recipe) -> Responding:
        return Responding(problem, recipe)

    def step(self, problem: Problem, state: Responding, batches: Batches, k: int) -> Tensor:
        batch = batches.train(k)
        with state.autocast():
            loss = problem.inner(state.for_base, Heard(state.free_H[None]), batch)
        descend(loss, state.base)
        if state.response.leaves and state.hypers.drawn:
            self._train_responses(problem, state, batch)
        for j in self.turn(k):
            self.validate(problem, state, batches.valid(j), centred)
        return loss.detach()

    def heard(self, state: Responding) -> Heard:
        return Heard(state.free_H[None])

    def _train_responses(self, problem: Problem, state: Responding, batch: Batch) -> None:
        examples = problem.examples(batch)
        if self.response_share < 1:
            rows = ceil(self.response_share * examples)
            batch, examples = first_rows(batch, rows, examples), rows
        delta_BH = state.hypers.perturbation_BH(examples).detach()
        heard = Heard(state.free_H + delta_BH, delta_BH, self.linearise)
        with state.autocast():
            loss = problem.inner(state.for_response, heard, batch)
        descend(loss, state.response)


def centred(value_BH: Tensor, here_H: Tensor) -> Heard:
    """Weights that answer to the distance from the current values."""
    # Where nothing is drawn this is zero, and its gradient the response Jacobian.
    return Heard(value_BH, value_BH - here_H)
