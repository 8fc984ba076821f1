"""How parameters are moved: optimisers and their schedule and the clip."""

from __future__ import annotations

from collections.abc import Collection

from attrs import frozen

from hypertune.runtime.optimiser import Optimiser
from hypertune.runtime.peers import SINGLE, Peers
from hypertune.runtime.schedule import Schedule
from hypertune.uses import CannotTrain

ROLES = ("weights", "hypers", "responses", "scales")


@frozen
class Recipe:
    """`responses` defaults to `weights`, `scales` to `hypers`; a method needs those it uses.

    The schedule moves the optimisers of weights and responses, once per epoch. `clip` bounds the
    norm of a gradient, of weights and responses each. Gradients of `fixed`, `stn` and `delta_stn`
    are averaged over `peers`.
    """

    weights: Optimiser | None = None
    hypers: Optimiser | None = None
    responses: Optimiser | None = None
    scales: Optimiser | None = None
    schedule: Schedule | None = None
    clip: float | None = None
    peers: Peers = SINGLE

    def need(self, role: str) -> Optimiser:
        """The optimiser of `role`, for a method that moves it.

        Raises:
            CannotTrain: if there is none.

        """
        found: Optimiser | None = getattr(self, role)
        if found is None:
            raise CannotTrain(f"the method needs an optimiser for `{role}`, the recipe has none")
        return found

    def check_tied(self, tuned: Collection[str], roles: Collection[str] = ()) -> None:
        """Refuse options that are hyperparameters which the method would tune and cannot move.

        Args:
            tuned: names of the hyperparameters that the method tunes.
            roles: of the optimisers through which it differentiates.

        Raises:
            CannotTrain: if there is such an option.

        """
        for role in ROLES:
            optimiser: Optimiser | None = getattr(self, role)
            tied = {} if optimiser is None or role in roles else optimiser.tied
            for option, hyper in tied.items():
                if hyper in tuned:
                    raise CannotTrain(
                        f"`{option}` of the optimiser for `{role}` is the hyperparameter"
                        f" `{hyper}`, which the method cannot move; freeze it"
                    )
