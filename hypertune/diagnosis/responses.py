"""What the responses of STN and Delta-STN know of their hyperparameters."""

from __future__ import annotations

import torch
from attrs import frozen
from torch import Tensor

from hypertune.diagnosis.implicit import Estimate
from hypertune.methods.algorithms import STN, DeltaSTN
from hypertune.methods.algorithms.alternation import ResponseState
from hypertune.runtime import Passes, Sample

_DRAWS = 8


@frozen
class ResponseReport:
    """How well responses predict, and what they say of each hyperparameter.

    Units: losses are means over draws of the perturbations that the training makes, on the
    training sample with its noise: at the current values (`here`), and at perturbed ones with
    weights that stay (`unmoved`) or respond (`responding`). `scale_H` is unconstrained.

    Args:
        estimate: the gradient of the validation loss that the hyperparameters are moved by, a
            mean over draws.
        direct_H: the part of it that does not go through the weights.

    """

    estimate: Estimate
    direct_H: Tensor
    scale_H: Tensor
    here: float
    unmoved: float
    responding: float

    @property
    def gain(self) -> float:
        """Share of the loss that perturbations cost which the responses win back.

        It is negative where they do harm; 0 or 1 says nothing where perturbations cost nothing.
        """
        cost = abs(self.unmoved - self.here)
        return (self.unmoved - self.responding) / cost if cost else 0.0


def responses(
    method: STN | DeltaSTN, passes: Passes, state: ResponseState, train: Sample, valid: Sample
) -> ResponseReport:
    """Look at the responses of a training where it has come to; nothing of it moves."""
    hypers, generator = state.hypers, torch.Generator(state.unconstrained_H.device).manual_seed(0)
    total_H = torch.zeros_like(state.unconstrained_H)
    direct_H = torch.zeros_like(total_H)
    losses = torch.zeros(2)
    declared = passes.problem.hypers
    with torch.no_grad():
        base = method.conditioning(passes.problem, state)
        here = float(passes.inner(state.weights, base, train))
    for _ in range(_DRAWS):
        noise_BH = hypers.perturbation_BH(len(valid.batch), generator).detach()
        for into_H, through in ((total_H, True), (direct_H, False)):
            into_H += _gradient(method, passes, state, valid, noise_BH, through=through) / _DRAWS
        noise_BH = hypers.perturbation_BH(len(train.batch), generator).detach()
        here_H = state.unconstrained_H
        moved = method.condition(declared, here_H + noise_BH, here_H)
        stays = declared.conditioning(here_H + noise_BH, base.response_BG)
        with torch.no_grad():
            both = [passes.inner(state.weights, at, train) for at in (stays, moved)]
        losses += torch.stack(both).cpu() / _DRAWS
    return ResponseReport(
        Estimate("responses", total_H),
        direct_H,
        hypers.scale_H().detach(),
        here,
        float(losses[0]),
        float(losses[1]),
    )


def _gradient(
    method: STN | DeltaSTN,
    passes: Passes,
    state: ResponseState,
    valid: Sample,
    noise_BH: Tensor,
    *,
    through: bool,
) -> Tensor:
    """Of the validation loss in the unconstrained values, through the responses or past them."""
    at_H = state.unconstrained_H.requires_grad_()
    found = method.condition(passes.problem.hypers, at_H + noise_BH, at_H.detach())
    response_BG = found.response_BG
    if not through and response_BG is not None:
        found = passes.problem.hypers.conditioning(at_H + noise_BH, response_BG.detach())
    loss = passes.outer(state.weights, found, valid)
    if not loss.requires_grad:
        return torch.zeros_like(at_H)
    return torch.autograd.grad(loss, at_H, materialize_grads=True)[0]
