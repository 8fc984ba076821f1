"""Learning rates moved by the product of successive gradients."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from attrs import frozen
from torch import Tensor
from torch.autograd import forward_ad

from hypertune.conditioning import Conditioning, Values
from hypertune.methods.algorithms.declared import Declared
from hypertune.methods.algorithms.dynamics import Point, clipped
from hypertune.methods.algorithms.ruled import RuledState
from hypertune.methods.hypergradient_descent import HYPERGRADIENT_DESCENT
from hypertune.methods.options import option
from hypertune.runtime import Parameters, Passes, Problem, Recipe, Step
from hypertune.runtime.snapshots import placed_as

_BESIDE = (torch.optim.AdamW,)  # whose weight decay is no part of the gradient


class OptionsState(RuledState):
    """Base weights, the constrained values, and how the last step changed with each option.

    Raises:
        ValueError: if the optimiser of the weights has no update rule, or values cannot be made
            unconstrained ones.

    """

    def __init__(self, problem: Problem, recipe: Recipe) -> None:
        super().__init__(problem, recipe)
        hypers, weights = problem.hypers, recipe.need("weights")
        frozen = dict(zip(hypers.names, hypers.frozen_H.tolist(), strict=True))
        moving = [name for name in hypers.values if not frozen.get(name, True)]
        recipe.check_tied(moving, roles=("weights",))
        self.columns = {
            tied: hypers.columns[name] for tied, name in weights.tied.items() if name in moving
        }
        self.hypers = hypers
        self.values_C = hypers.constrain(hypers.start_H.detach()).double()
        hypers.unconstrained(self.values_C)
        ends = [torch.full_like(hypers.start_H, end) for end in (-torch.inf, torch.inf)]
        self._low_C, self._high_C = (hypers.constrain(end).double() for end in ends)
        self.vectors: dict[str, Tensor] = {}
        self.changes = {name: self._zeros() for name in self.columns}

    @property
    def unconstrained_H(self) -> Tensor:
        return self.hypers.unconstrained(self.values_C).to(self.hypers.start_H)

    @property
    def conditioning(self) -> Conditioning:
        matrix_1C = self.values_C[None].to(self.hypers.start_H)
        vectors = self.hypers.starting_vectors
        return Conditioning(Values(matrix_1C, self.hypers.columns, vectors))

    def move_options(self, gradients: Parameters, beta: float) -> Tensor:
        """Descend the training loss by the options of the step before; the gradient's norm."""
        gradient_C = torch.zeros_like(self.values_C)
        for name, change in self.changes.items():
            parts = [torch.vdot(gradients[n].flatten(), c.flatten()) for n, c in change.items()]
            total = torch.stack([part.to(gradient_C) for part in parts]).sum()
            gradient_C[self.columns[name]] += total
        moved_C = self.values_C - beta * gradient_C
        self.values_C = moved_C.clamp(self._low_C, self._high_C)
        length: Tensor = gradient_C.norm()
        return length

    def move_weights(self, gradients: Parameters) -> None:
        """The step of the optimiser, and its derivative in each option."""
        point, options = self.point, dict(self.recipe.need("weights").options)
        for name, column in self.columns.items():
            options[name] = self.values_C[column].to(next(iter(point.weights.values())))
        for name in self.columns or ("",):
            self.point, change = self._stepped(point, gradients, options, name)
            if name:
                self.changes[name] = change

    def _stepped(
        self, point: Point, gradients: Parameters, options: dict[str, Any], by: str
    ) -> tuple[Point, Parameters]:
        """The next point, and the derivative of its weights in the option `by`, if any."""
        mode: Any = forward_ad  # which has no types
        with torch.no_grad(), mode.dual_level():
            if by:
                options = {
                    **options,
                    by: mode.make_dual(options[by], torch.ones_like(options[by])),
                }
            if self.recipe.schedule is not None:
                options["lr"] = self.recipe.schedule.rate(options["lr"], self.position)
            found = self.rule.step(point.weights, gradients, point.slots, options, point.taken)
            after = Point(*found, point.taken + 1)
            pairs = [mode.unpack_dual(tensor) for tensor in after.tensors()]
            primals = after.of([pair.primal for pair in pairs])
            change = {
                name: torch.zeros_like(w) if pair.tangent is None else pair.tangent
                for (name, w), pair in zip(primals.weights.items(), pairs, strict=False)
            }
        return primals, change

    def regularised(self, gradients: Parameters) -> Parameters:
        """The gradients with that of a weight decay that the optimiser adds to them."""
        optimiser = self.recipe.need("weights")
        decay: Any = optimiser.options.get("weight_decay", 0.0)
        beside = optimiser.options.get("decoupled_weight_decay", False)
        if not decay or beside or optimiser.torch in _BESIDE:
            return gradients
        return {n: g + decay * self.point.weights[n] for n, g in gradients.items()}

    def state_dict(self) -> dict[str, Any]:
        changes = {name: dict(change) for name, change in self.changes.items()}
        return {**super().state_dict(), "values": self.values_C, "changes": changes}

    def load_state_dict(self, tree: dict[str, Any]) -> None:
        super().load_state_dict(tree)
        self.values_C = tree["values"].to(self.values_C)
        self.changes = {
            name: {n: placed_as(c, tree["changes"][name][n]) for n, c in change.items()}
            for name, change in self.changes.items()
        }

    def _zeros(self) -> Parameters:
        return {name: torch.zeros_like(w) for name, w in self.point.weights.items()}


@frozen(kw_only=True)
class HypergradientDescent(Declared):
    """Plain training whose learning rate descends the training loss, looking one step back.

    With g the gradient at the weights that a step by the rate α along -d has led to, dL/dα is
    -g · d, and α moves by beta g · d before the next step. For SGD d is the gradient before, with
    momentum or Adam the direction that was taken. It is found as the derivative of the step in α,
    and so the same is done for any option that is a hyperparameter. Values stay in their domains.

    Statistics: `hypergradient`, the norm of the derivatives.

    Args:
        beta: the learning rate of the options.

    Source: Baydin, Cornish, Rubio, Schmidt and Wood 2018, algorithms 4 to 6.

    """

    declaration: ClassVar = HYPERGRADIENT_DESCENT

    beta: float = option(HYPERGRADIENT_DESCENT, "beta")

    def init(self, problem: Problem, recipe: Recipe) -> OptionsState:
        return OptionsState(problem, recipe)

    def step(self, passes: Passes, state: OptionsState, k: int) -> Step:
        weights = {n: w.detach().requires_grad_() for n, w in state.point.weights.items()}
        loss = passes.inner(
            {**weights, **state.response}, state.conditioning, passes.train(k), keep=True
        )
        found = torch.autograd.grad(loss, list(weights.values()), materialize_grads=True)
        gradients = dict(zip(weights, found, strict=True))
        length = state.move_options(state.regularised(gradients), self.beta)
        state.move_weights(clipped(gradients, state.recipe.clip))
        return Step(loss.detach(), {"hypergradient": length})

    def conditioning(self, problem: Problem, state: OptionsState) -> Conditioning:
        return state.conditioning
