"""Delta-STN: centred, linearised, with steps of their own for weights and responses."""

from __future__ import annotations

from typing import ClassVar

from attrs import evolve, frozen
from torch import Tensor

from hypertune.conditioning import Conditioning
from hypertune.methods.algorithms.alternation import Alternation, Condition, ResponseState
from hypertune.methods.algorithms.group import descend
from hypertune.methods.delta_stn import DELTA_STN, response_pass
from hypertune.methods.options import option
from hypertune.runtime import Hypers, Passes, Problem, Sample, Step, mixed


@frozen(kw_only=True)
class DeltaSTN(Alternation):
    """Weights trained plainly; responses, to the distance from the current values, beside them.

    Statistics and hidden states are those of the plain pass.

    Units: `response_share` is the share of each batch that responses are trained on, after the
    warm-up in one of `response_every` training steps; 1 is what was published, for both.
    Source: Bae and Grosse 2020, section 4 and algorithm 1; both shares and `response_every` are
    ours.
    """

    declaration: ClassVar = DELTA_STN

    train_steps: int = option(DELTA_STN, "train_steps")
    linearise: bool = option(DELTA_STN, "linearise")
    response_share: float | None = option(DELTA_STN, "response_share")
    response_every: int = option(DELTA_STN, "response_every")

    @property
    def condition(self) -> Condition:
        return centred

    def step(self, passes: Passes, state: ResponseState, k: int) -> Step:
        sample = passes.train(k)
        conditioning = self.conditioning(passes.problem, state)
        loss = passes.inner(state.for_base, conditioning, sample, keep=True)
        descend(loss, state.base)
        if state.response and state.hypers.perturbed and self.trains_responses(k):
            self._train_responses(passes, state, sample)
        for j in self.turn(k):
            self.validate(passes, state, passes.valid(j))
        return Step(loss.detach())

    def trains_responses(self, k: int) -> bool:
        """Whether training step `k` is followed by one of the responses.

        Each is in the warm-up, lest hyperparameters first move by responses that are not trained.
        Which of `response_every` steps it is afterwards changes, lest it falls in with the turns
        of validation steps, or with batches that come again in the same order.
        """
        if k < self.warmup:
            return True
        block, place = divmod(k, self.response_every)
        return place == mixed(block) % self.response_every

    def conditioning(self, problem: Problem, state: ResponseState) -> Conditioning:
        return state.hypers.conditioning()

    def _train_responses(self, passes: Passes, state: ResponseState, sample: Sample) -> None:
        sample = sample.redrawn(mixed(sample.draw, 1))  # masks of its own, as published
        rows = response_pass(self.response_share, self.linearise).rows(len(sample.batch))
        if rows < len(sample.batch):
            sample = sample.cut(sample.batch.rows_of(rows))
        delta_BH = state.hypers.perturbation_BH(len(sample.batch), passes.generator).detach()
        conditioning = passes.problem.hypers.conditioning(
            state.unconstrained_H + delta_BH, delta_BH, linearised=self.linearise
        )
        # What responses learn is the small difference between perturbations, not their sum.
        conditioning = evolve(conditioning, full_precision=True)
        loss = passes.inner(state.for_response, conditioning, sample)
        descend(loss, state.response)


def centred(hypers: Hypers, at_BH: Tensor, here_H: Tensor) -> Conditioning:
    """Weights that respond to the distance from the current values."""
    # Where nothing is drawn this is zero, and its gradient the response Jacobian.
    return hypers.conditioning(at_BH, at_BH - here_H)
