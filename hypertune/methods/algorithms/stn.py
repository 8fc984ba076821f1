"""Self-tuning networks."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen
from torch import Tensor

from hypertune.conditioning import Conditioning
from hypertune.methods import stn
from hypertune.methods.algorithms.alternation import Alternation, Condition, ResponseState
from hypertune.methods.algorithms.group import descend
from hypertune.methods.options import option
from hypertune.runtime import Hypers, Passes, Problem, Step


@frozen(kw_only=True)
class STN(Alternation):
    """Weights that respond to the hyperparameters themselves, trained at perturbed values.

    Source: MacKay, Vicol, Lorraine, Duvenaud and Grosse 2019, sections 3 and 4. Here weights and
    responses may have optimisers of their own, which step on the gradients of one pass.
    """

    declaration: ClassVar = stn.STN

    train_steps: int = option(stn.STN, "train_steps")

    @property
    def condition(self) -> Condition:
        return uncentred

    def step(self, passes: Passes, state: ResponseState, k: int) -> Step:
        sample = passes.train(k)
        noise_BH = state.hypers.perturbation_BH(len(sample.batch), passes.generator).detach()
        at_BH = state.unconstrained_H + noise_BH
        conditioning = uncentred(passes.problem.hypers, at_BH, at_BH)
        loss = passes.inner(state.for_both, conditioning, sample, keep=True)
        descend(loss, state.base, state.response)
        for j in self.turn(k):
            self.validate(passes, state, passes.valid(j))
        return Step(loss.detach())

    def conditioning(self, problem: Problem, state: ResponseState) -> Conditioning:
        at_1H = state.unconstrained_H[None]
        return uncentred(problem.hypers, at_1H, at_1H)


def uncentred(hypers: Hypers, at_BH: Tensor, _: Tensor) -> Conditioning:
    """Weights that respond to the values themselves."""
    return hypers.conditioning(at_BH, at_BH)
