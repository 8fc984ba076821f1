"""Parameters that one optimiser moves."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_
from torch.optim.lr_scheduler import ReduceLROnPlateau

from hypertune.runtime import SINGLE, Optimiser, Peers, Recipe, Schedule, Weights
from hypertune.runtime.snapshots import placed_as
from hypertune.uses import CannotTrain


class Group:
    """Parameters by name, their optimiser and its schedule. Without an optimiser they stay.

    `trainable` carry gradients; `detached` are the same tensors without, for a loss whose
    gradient nobody would use. Gradients are averaged over `peers` before the group moves.
    """

    def __init__(
        self,
        start: Weights,
        optimiser: Optimiser | None,
        schedule: Schedule | None = None,
        clip: float | None = None,
        peers: Peers = SINGLE,
    ) -> None:
        self.trainable = {n: p.detach().clone().requires_grad_() for n, p in start.items()}
        self.detached = {n: p.detach() for n, p in self.trainable.items()}
        self._parameters = list(self.trainable.values())
        moves = optimiser if self._parameters else None
        self._optimiser = moves.make(self._parameters) if moves else None
        self._schedule = schedule.make(self._optimiser) if schedule and self._optimiser else None
        self._clip, self._peers = clip, peers

    def __bool__(self) -> bool:
        return bool(self._parameters)

    def norm(self) -> Tensor:
        """The Euclidean norm of all parameters."""
        return torch.nn.utils.get_total_norm(self.detached.values())

    def move(self, *, finite: bool = False) -> None:
        """One step of the optimiser on the gradients at hand, which are then dropped.

        Args:
            finite: whether what has no finite gradient stays.

        """
        if self._optimiser is None:
            return
        gradients = [p.grad for p in self._parameters if p.grad is not None]
        self._peers.average(gradients)
        for gradient in gradients if finite else ():
            gradient.nan_to_num_(nan=0.0, posinf=0.0, neginf=0.0)
        if self._clip is not None:
            clip_grad_norm_(self._parameters, self._clip)
        self._optimiser.step()
        for p in self._parameters:
            p.grad = None

    def set_options(self, options: Mapping[str, float]) -> None:
        """Have the optimiser go on with these options, such as a learning rate."""
        for group in self._optimiser.param_groups if self._optimiser else ():
            group.update(options)

    def end_epoch(self, valid_loss: float | None) -> None:
        """Move the schedule on; one that reads the loss waits until there is one."""
        if self._schedule is None:
            return
        with warnings.catch_warnings():
            # A run that was taken up at the end of an epoch has not stepped in this process yet.
            warnings.filterwarnings("ignore", "Detected call of `lr_scheduler.step")
            if not isinstance(self._schedule, ReduceLROnPlateau):
                self._schedule.step()
            elif valid_loss is not None:
                self._schedule.step(valid_loss)

    def state_dict(self) -> dict[str, Any]:
        return {
            "parameters": dict(self.detached),
            "optimiser": self._optimiser.state_dict() if self._optimiser else None,
            "schedule": self._schedule.state_dict() if self._schedule else None,
        }

    def load_state_dict(self, tree: dict[str, Any]) -> None:
        with torch.no_grad():
            for name, p in self.trainable.items():
                p.copy_(tree["parameters"][name])
        if self._optimiser:
            self._optimiser.load_state_dict(tree["optimiser"])
            self._lay_out()
        if self._schedule:
            self._schedule.load_state_dict(tree["schedule"])

    def _lay_out(self) -> None:
        """Have what the optimiser keeps lie in memory as the parameters do.

        Fused optimisers take that for granted, and what comes from a file has torch's layout.
        """
        for p, kept in self._optimiser.state.items() if self._optimiser else ():
            numbers = {k: x for k, x in kept.items() if getattr(x, "shape", None) == p.shape}
            kept.update((key, placed_as(p, x)) for key, x in numbers.items())


def descend(loss: Tensor, *groups: Group) -> None:
    """Move `groups` by their optimisers, after the gradient of `loss` in what is trainable.

    A loss that depends on none of them moves nothing.
    """
    if loss.requires_grad:
        loss.backward()  # type: ignore[no-untyped-call]
        for group in groups:
            group.move()


def tied_options(recipe: Recipe, moved: Collection[str]) -> dict[str, str]:
    """The options of the weights' optimiser that a method sets, by the hyperparameters they are.

    Args:
        recipe: has the optimiser.
        moved: names of the hyperparameters that the method moves.

    Raises:
        CannotTrain: if a schedule would move the learning rate as well.

    """
    tied = {o: name for o, name in recipe.need("weights").tied.items() if name in moved}
    if "lr" in tied and recipe.schedule is not None:
        raise CannotTrain(
            f"a schedule would move the learning rate, which is `{tied['lr']}`, as well: drop it"
        )
    return tied
