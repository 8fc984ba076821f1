"""The loop. It names no method."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from math import inf, nan
from typing import Any

import torch
from attrs import field, frozen, validators
from torch import Tensor

from hypertune.runtime.divergence import diverged
from hypertune.runtime.events import Ended, Event, Reported, Started, Stepped
from hypertune.runtime.method import Method, State
from hypertune.runtime.outcome import Completed, Interrupted, Outcome, OutOfPatience
from hypertune.runtime.problem import Batches, Heard, Problem, Weights
from hypertune.runtime.recipe import Recipe
from hypertune.runtime.seeding import generators, mixed, seeded
from hypertune.runtime.snapshots import Tree, copied

Evaluate = Callable[[Weights, Heard], Mapping[str, float]]
Own = Callable[[Tensor], Mapping[str, float | str]]

_STEPS, _REPORTS = 0, 1  # two streams of random numbers


@frozen
class Length:
    """How long to train: so many steps, or the first step after so many seconds, or either."""

    steps: int | None = field(default=None, validator=validators.optional(validators.ge(1)))
    seconds: float | None = field(default=None, validator=validators.optional(validators.gt(0)))

    def __attrs_post_init__(self) -> None:
        if self.steps is None and self.seconds is None:
            raise ValueError("a length has steps or seconds")


class Training:
    """A run of one method on one problem, to be stopped and taken up at any step.

    Torch's default generators are seeded from (seed, step) for each step and put back after it:
    a run that is taken up draws what it would have drawn, and the caller's numbers are his own.

    Args:
        evaluate: gives `valid_loss` and the metrics over the whole validation part, for the
            weights and what they hear.
        own: gives the own values of the free ones, by name.
        patience: ends the run when the validation loss has had no new low for that many steps.
        clock: gives seconds.

    """

    def __init__(
        self,
        problem: Problem,
        method: Method[Any],
        recipe: Recipe,
        batches: Batches,
        length: Length,
        *,
        evaluate: Evaluate,
        own: Own,
        seed: int = 0,
        patience: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.problem, self.method, self.batches, self.length = problem, method, batches, length
        self._evaluate, self._own, self._clock = evaluate, own, clock
        self._seed, self._patience = seed, patience
        self._device = problem.hypers.start_H.device
        self._dice = generators(p.device for p in problem.base.values())

        self.state: State = method.init(problem, recipe)
        self.step = 0  # training steps done
        self._reported_step = 0
        self._loss: Tensor | None = None  # sum over the steps since the last report
        self._best, self._best_step = inf, 0
        self._seconds_before = 0.0  # in earlier sittings
        self._started: float | None = None
        self._stopping = False

    def run(self) -> Iterator[Event]:
        """Go on to the end, or until `stop`."""
        self._started = self._clock()
        yield Started(self.step, self.length.steps, self.batches.steps_per_epoch)
        outcome: Outcome | None = self._out_of_patience()  # if it was stopped on that report
        while outcome is None:
            over, reported = self._over(), self.step == self._reported_step
            if over and reported:
                outcome = Completed(self.step)
            elif self._stopping:
                self._stopping, outcome = False, Interrupted(self.step)
            elif not reported and (over or self._at_epoch_end()):
                report = self._report()
                yield report
                outcome = self._verdict(report)
            else:
                self._advance()
                yield Stepped(self.step)
        yield Ended(self.step, outcome)

    def stop(self) -> None:
        """End the run after the step in progress, or before its first; for signal handlers."""
        self._stopping = True

    @property
    def seconds(self) -> float:
        """Of all sittings so far, by the clock on the wall."""
        now = 0.0 if self._started is None else self._clock() - self._started
        return self._seconds_before + now

    def heard(self) -> Heard:
        """What the network hears as it now stands."""
        return self.method.heard(self.state)

    def snapshot(self) -> dict[str, Tree]:
        """All that the run would lose if it ended here, a copy."""
        tree = {
            "state": self.state.state_dict(),
            "step": self.step,
            "reported_step": self._reported_step,
            "loss": self._loss,
            "best": self._best,
            "best_step": self._best_step,
            "seconds": self.seconds,
        }
        return {key: copied(value) for key, value in tree.items()}

    def restore(self, tree: dict[str, Tree]) -> None:
        """Take up the run where `snapshot` was taken; the rest of it is the same, bit for bit."""
        tree = {key: copied(value) for key, value in tree.items()}
        self.state.load_state_dict(tree["state"])
        self.step, self._reported_step = tree["step"], tree["reported_step"]
        self._loss = None if tree["loss"] is None else tree["loss"].to(self._device)
        self._best, self._best_step = tree["best"], tree["best_step"]
        self._seconds_before, self._started = tree["seconds"], None

    def _over(self) -> bool:
        steps, seconds = self.length.steps, self.length.seconds
        in_steps = steps is not None and self.step >= steps
        return in_steps or (seconds is not None and self.step > 0 and self.seconds >= seconds)

    def _at_epoch_end(self) -> bool:
        return self.step % self.batches.steps_per_epoch == 0

    def _advance(self) -> None:
        with seeded(self._dice, mixed(self._seed, _STEPS, self.step)):
            loss = self.method.step(self.problem, self.state, self.batches, self.step)
        self._loss = loss if self._loss is None else self._loss + loss
        self.step += 1

    def _report(self) -> Reported:
        """The only place where anybody waits for the device."""
        with seeded(self._dice, mixed(self._seed, _REPORTS, self.step)), torch.no_grad():
            metrics = dict(self._evaluate(self.state.weights, self.heard()))
        valid_loss = metrics.pop("valid_loss")
        if best := valid_loss < self._best:
            self._best, self._best_step = valid_loss, self.step
        train_loss = nan if self._loss is None else float(self._loss)
        report = Reported(
            step=self.step,
            epoch=self.step / self.batches.steps_per_epoch,
            seconds=self.seconds,
            train_loss=train_loss / (self.step - self._reported_step),
            valid_loss=valid_loss,
            metrics=metrics,
            hypers=dict(self._own(self.state.free_H)),
            spreads=self._by_name(self.state.spread_H),
            best=best,
        )
        if self._at_epoch_end():
            self.state.end_epoch(valid_loss)
        self._reported_step, self._loss = self.step, None
        return report

    def _verdict(self, report: Reported) -> Outcome | None:
        """How the run ends by what was reported, if it does."""
        lost = diverged(report, self._by_name(self.state.free_H))
        return lost or self._out_of_patience()

    def _out_of_patience(self) -> OutOfPatience | None:
        waited = self.step - self._best_step
        if self._patience is None or waited < self._patience or self.step != self._reported_step:
            return None
        return OutOfPatience(self.step, self._best_step)

    def _by_name(self, values_H: Tensor) -> dict[str, float]:
        return dict(zip(self.problem.hypers.names, values_H.tolist(), strict=True))
