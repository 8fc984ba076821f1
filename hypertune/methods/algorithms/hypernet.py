"""One network from hyperparameters to all weights."""

from __future__ import annotations

from math import sqrt
from typing import Any, ClassVar

import torch
from attrs import frozen
from torch import Tensor

from hypertune.conditioning import Conditioning
from hypertune.methods import hypernet
from hypertune.methods.algorithms.declared import Declared
from hypertune.methods.algorithms.drawing import Draws
from hypertune.methods.algorithms.group import Group, descend
from hypertune.methods.algorithms.hyperparameters import Hyperparameters
from hypertune.methods.options import option
from hypertune.runtime import Passes, Problem, Recipe, Step, Weights

_HIDDEN = "hidden"


class HypernetState:
    """The parameters of the hypernetwork, and the hyperparameters.

    With λ - λ0 the distance of the unconstrained values from their start, each weight is b + M f:
    b starts as the weight itself and M at zero, so that at first all values give the network as
    it was drawn. The features f are the distance itself, or relu(A (λ - λ0) + a), which starts
    from the same draw every time.
    """

    def __init__(self, problem: Problem, recipe: Recipe, hidden: int) -> None:
        hypers, weights = problem.hypers, recipe.need("weights")
        self.hypers, self.draws = Hyperparameters(hypers, recipe), Draws(hypers)
        self._start_H = hypers.start_H.detach()
        size, features = len(self._start_H), hidden or len(self._start_H)
        start = {f"b.{name}": p for name, p in problem.base.items()}
        for name, p in problem.base.items():
            start[f"M.{name}"] = p.detach().new_zeros((features, *p.shape))
        if hidden:
            generator = torch.Generator().manual_seed(0)
            bound = 1 / sqrt(size)
            for name, shape in (("A", (hidden, size)), ("a", (hidden,))):
                drawn = torch.rand(*shape, generator=generator, dtype=torch.float64)
                start[f"{_HIDDEN}.{name}"] = (2 * bound * drawn - bound).to(self._start_H)
        self.parameters = Group(start, weights, recipe.schedule, recipe.clip)
        self.response = {name: p.detach() for name, p in problem.response.items()}
        self.vectors: dict[str, Tensor] = {}

    @property
    def unconstrained_H(self) -> Tensor:
        return self.hypers.unconstrained_H().detach()

    @property
    def weights(self) -> Weights:
        return self.weights_at(self.unconstrained_H, self.parameters.detached)

    def weights_at(self, unconstrained_H: Tensor, parameters: Weights) -> Weights:
        """The weights for some hyperparameters, differentiable in these and the parameters."""
        features_F = unconstrained_H - self._start_H
        if f"{_HIDDEN}.A" in parameters:
            matrix_FH, shift_F = parameters[f"{_HIDDEN}.A"], parameters[f"{_HIDDEN}.a"]
            features_F = torch.relu(matrix_FH @ features_F + shift_F)
        found = {}
        for key, bias in parameters.items():
            kind, _, name = key.partition(".")
            if kind == "b":
                features = features_F.to(bias)
                found[name] = bias + torch.tensordot(features, parameters[f"M.{name}"], 1)
        return {**found, **self.response}

    def statistics(self) -> dict[str, Tensor]:
        return {"perturbation_scale": self.hypers.scale_H().detach()}

    def end_epoch(self, valid_loss: float | None) -> None:
        self.parameters.end_epoch(valid_loss)

    def state_dict(self) -> dict[str, Any]:
        return {"parameters": self.parameters.state_dict(), "hypers": self.hypers.state_dict()}

    def load_state_dict(self, tree: dict[str, Any]) -> None:
        self.parameters.load_state_dict(tree["parameters"])
        self.hypers.load_state_dict(tree["hypers"])


@frozen(kw_only=True)
class Hypernet(Declared):
    """Weights that a network gives for the hyperparameters, which descend through it.

    `local`: it is trained at draws around the current values, whose deviation is the perturbation
    scale, by turns with steps of the hyperparameters. `global`: it is trained at draws over the
    domains while the warm-up lasts, and then stays; each further step moves the hyperparameters.

    A linear hypernetwork is the full matrix of which responding layers keep what a scale for each
    of their outputs can say; no layer has to respond here.

    Args:
        reach: `local` or `global`.
        hidden: units of a hidden layer; none if 0.
        draws: hyperparameters that a batch is trained at.
        warmup: training steps before the first validation step.
        train_steps: training steps in a turn, where it is `local`.
        valid_steps: validation steps in a turn.

    Source: Lorraine and Duvenaud 2018, algorithms 2 and 3.

    """

    declaration: ClassVar = hypernet.HYPERNET

    reach: str = option(hypernet.HYPERNET, "reach")
    hidden: int = option(hypernet.HYPERNET, "hidden")
    draws: int = option(hypernet.HYPERNET, "draws")
    warmup: int = option(hypernet.HYPERNET, "warmup")
    train_steps: int = option(hypernet.HYPERNET, "train_steps")
    valid_steps: int = option(hypernet.HYPERNET, "valid_steps")

    def init(self, problem: Problem, recipe: Recipe) -> HypernetState:
        return HypernetState(problem, recipe, self.hidden)

    def conditioning(self, problem: Problem, state: HypernetState) -> Conditioning:
        return problem.hypers.conditioning(state.unconstrained_H[None])

    def step(self, passes: Passes, state: HypernetState, k: int) -> Step:
        over = self.reach == "global" and k >= self.warmup
        loss = self._evaluate(passes, state, k) if over else self._train(passes, state, k)
        for j in range(k * self.valid_steps, (k + 1) * self.valid_steps) if over else self.turn(k):
            self._validate(passes, state, j)
        return Step(loss)

    def turn(self, k: int) -> range:
        """The numbers of the validation steps that follow training step `k`."""
        turns, rest = divmod(k + 1 - self.warmup, self.train_steps)
        if turns < 1 or rest or self.reach == "global":
            return range(0)
        return range((turns - 1) * self.valid_steps, turns * self.valid_steps)

    def _train(self, passes: Passes, state: HypernetState, k: int) -> Tensor:
        """Train the hypernetwork at draws; the mean of their losses."""
        sample, losses = passes.train(k), []
        for draw in range(self.draws):
            if self.reach == "global":
                at_H = state.draws.draw_H(passes.generator)
            else:
                noise_BH = state.hypers.perturbation_BH(1, passes.generator).detach()
                at_H = state.unconstrained_H + noise_BH[0]
            weights = state.weights_at(at_H, state.parameters.trainable)
            conditioning = passes.problem.hypers.conditioning(at_H[None])
            losses.append(passes.inner(weights, conditioning, sample, keep=draw == 0))
        loss = torch.stack(losses).mean()
        descend(loss, state.parameters)
        return loss.detach()

    def _evaluate(self, passes: Passes, state: HypernetState, k: int) -> Tensor:
        """The training loss at the current values."""
        with torch.no_grad():
            conditioning = self.conditioning(passes.problem, state)
            return passes.inner(state.weights, conditioning, passes.train(k), keep=True)

    def _validate(self, passes: Passes, state: HypernetState, j: int) -> None:
        """Move the hyperparameters down the validation loss of the weights that they give."""
        if not state.hypers.tuned:
            return
        at_H = state.hypers.unconstrained_H()
        weights = state.weights_at(at_H, state.parameters.detached)
        conditioning = passes.problem.hypers.conditioning(at_H[None])
        loss = passes.outer(weights, conditioning, passes.valid(j), keep=True)
        state.hypers.descend(loss)
