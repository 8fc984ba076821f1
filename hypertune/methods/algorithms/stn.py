"""Self-tuning networks."""

from __future__ import annotations

from attrs import field, frozen, validators
from torch import Tensor

from hypertune.methods.algorithms.group import descend
from hypertune.methods.algorithms.responding import Alternation, Responding
from hypertune.runtime import Batches, Heard, Problem, Recipe


@frozen(kw_only=True)
class STN(Alternation):
    """Weights that answer to the hyperparameters themselves, trained at perturbed values.

    Source: MacKay, Vicol, Lorraine, Duvenaud and Grosse 2019, sections 3 and 4. Here weights and
    responses may have optimisers of their own, which step on the gradients of one pass.
    """

    train_steps: int = field(default=2, validator=validators.ge(1))

    def init(self, problem: Problem, recipe: Recipe) -> Responding:
        return Responding(problem, recipe)

    def step(self, problem: Problem, state: Responding, batches: Batches, k: int) -> Tensor:
        batch = batches.train(k)
        value_BH = state.free_H + state.hypers.perturbation_BH(problem.examples(batch)).detach()
        with state.autocast():
            loss = problem.inner(state.for_both, Heard(value_BH, value_BH), batch)
        descend(loss, state.base, state.response)
        for j in self.turn(k):
            self.validate(problem, state, batches.valid(j), uncentred)
        return loss.detach()

    def heard(self, state: Responding) -> Heard:
        value_1H = state.free_H[None]
        return Heard(value_1H, value_1H)


def uncentred(value_BH: Tensor, _: Tensor) -> Heard:
    """Weights that answer to the values themselves."""
    return Heard(value_BH, value_BH)
