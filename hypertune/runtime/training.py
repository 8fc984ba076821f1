"""The loop. It names no method."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from math import inf, nan
from typing import Any

import torch
from attrs import field, frozen, validators
from torch import Tensor

from hypertune.conditioning import Conditioning
from hypertune.runtime.batch import Kept
from hypertune.runtime.divergence import diverged
from hypertune.runtime.events import (
    Ended,
    Noted,
    Reported,
    Started,
    Statistic,
    Stepped,
    TrainingEvent,
)
from hypertune.runtime.method import Method, State, check_followed
from hypertune.runtime.outcome import (
    Completed,
    Interrupted,
    Outcome,
    OutOfPatience,
    OutOfTime,
    Pruned,
)
from hypertune.runtime.passes import Passes
from hypertune.runtime.peers import SINGLE, Peers
from hypertune.runtime.problem import Batches, Problem, Weights
from hypertune.runtime.recipe import Recipe
from hypertune.runtime.seeding import generators, mixed, seeded
from hypertune.runtime.snapshots import Tree, copied

Evaluate = Callable[[Weights, Conditioning, Kept], Mapping[str, float]]

_STEPS, _REPORTS, _PASSES = 0, 1, 2  # streams of random numbers
_REPORT_EVERY = 10  # steps, where an epoch is no longer than one
# That a run can be asked for.
_ENDINGS: tuple[Callable[[int], Outcome], ...] = (Interrupted, OutOfTime, Pruned)
_QUARTILES = {"min": 0.0, "25%": 0.25, "median": 0.5, "75%": 0.75, "max": 1.0}


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

    Steps are the method's, each of which may take several batches; epochs are counted in batches.

    Args:
        evaluate: gives `valid_loss` and the metrics over the whole validation part, for the
            weights, what they are conditioned on, and what passes have left behind.
        notes: words for people, which come as events after the step that put them there.
        patience: ends the run when the validation loss has had no new low for that many steps.
        clock: gives seconds.
        peers: train the same, each on some rows of every batch.

    Raises:
        CannotTrain: if the method cannot, such as tune one of the hyperparameters.

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
        seed: int = 0,
        patience: int | None = None,
        notes: list[str] | None = None,
        clock: Callable[[], float] = time.monotonic,
        peers: Peers = SINGLE,
    ) -> None:
        check_followed(problem, method)
        self.method, self.batches, self.length = method, batches, length
        self._evaluate, self._clock = evaluate, clock
        self._seed, self._patience, self._peers = seed, patience, peers
        self._notes = [] if notes is None else notes
        self._device = problem.hypers.start_H.device
        self._defaults = generators(p.device for p in problem.base.values())

        self.state: State = method.init(problem, recipe)
        self.problem = problem.begun(self.state.vectors)
        self.passes = Passes(self.problem, batches, mixed(seed, _PASSES), method.valid_share)
        self.step = 0  # steps of the method done
        self._reported_step = 0
        self._loss: Tensor | None = None  # sum over the steps since the last report
        self._statistics: dict[str, Tensor] = {}  # of the last step
        self._best, self._best_step = inf, 0
        self._seconds_before = 0.0  # in earlier sittings
        self._started: float | None = None
        self._stopping: Callable[[int], Outcome] | None = None

    def run(self) -> Iterator[TrainingEvent]:
        """Go on to the end, or until `stop`."""
        self._started = self._clock()
        yield Started(self.step, self.length.steps, self._steps_per_epoch)
        outcome: Outcome | None = self._out_of_patience()  # if it was stopped on that report
        while outcome is None:
            reported, (over, stopping) = self.step == self._reported_step, self._wishes()
            # A run that can be resumed reports when it would have done so anyhow.
            for_good = stopping is not None and stopping is not Interrupted
            if over and reported:
                outcome = Completed(self.step)
            elif stopping is not None and (reported or not for_good):
                outcome, self._stopping = stopping(self.step), None
            elif not reported and (over or for_good or self._due()):
                report = self._report()
                yield report
                outcome = self._verdict(report)
            else:
                self._advance()
                while self._notes:
                    yield Noted(self.step, self._notes.pop(0))
                yield Stepped(self.step)
        yield Ended(self.step, outcome)

    def stop(self, ending: Callable[[int], Outcome] = Interrupted) -> None:
        """End the run after the step in progress, or before its first; for signal handlers.

        Args:
            ending: how it then ends, unless it has come to its end by itself.

        """
        self._stopping = ending

    @property
    def seconds(self) -> float:
        """Of all sittings so far, by the clock on the wall."""
        now = 0.0 if self._started is None else self._clock() - self._started
        return self._seconds_before + now

    def conditioning(self) -> Conditioning:
        """What the network is evaluated at as it now stands."""
        return self.method.conditioning(self.problem, self.state)

    def kept(self) -> Kept:
        """What passes have left behind for an evaluation."""
        return Kept(self.passes.statistics)

    def left_behind(self) -> dict[str, Mapping[str, Tensor]]:
        """Hidden states as a pass on the first batch of each part leaves them, by part."""
        with seeded(self._defaults, self._seed), torch.no_grad():
            return self.passes.left_behind(self.state.weights, self.conditioning())

    def snapshot(self) -> dict[str, Tree]:
        """All that the run would lose if it ended here, a copy."""
        tree = {
            "state": self.state.state_dict(),
            "passes": self.passes.state_dict(),
            "step": self.step,
            "reported_step": self._reported_step,
            "loss": self._loss,
            "statistics": self._statistics,
            "best": self._best,
            "best_step": self._best_step,
            "seconds": self.seconds,
        }
        return {key: copied(value) for key, value in tree.items()}

    def restore(self, tree: dict[str, Tree]) -> None:
        """Take up the run where `snapshot` was taken; the rest of it is the same, bit for bit."""
        tree = {key: copied(value) for key, value in tree.items()}
        self.state.load_state_dict(tree["state"])
        self.passes.load_state_dict(tree["passes"])
        self.step, self._reported_step = tree["step"], tree["reported_step"]
        self._loss = None if tree["loss"] is None else tree["loss"].to(self._device)
        self._statistics = tree["statistics"]
        self._best, self._best_step = tree["best"], tree["best_step"]
        self._seconds_before, self._started = tree["seconds"], None

    @property
    def _steps_per_epoch(self) -> float:
        return self.batches.per_epoch / self.method.batches_per_step

    def _epochs(self, step: int) -> int:
        """The whole epochs that the first `step` steps make."""
        return step * self.method.batches_per_step // self.batches.per_epoch

    def _wishes(self) -> tuple[bool, Callable[[int], Outcome] | None]:
        """Whether the length is done, and how the run is to end before that, if it is.

        What any of several processes wishes, all do.
        """
        over, stopping = self._over(), self._stopping
        if self._peers.size > 1:
            mine = [over, *(stopping is ending for ending in _ENDINGS)]
            over, *wished = self._peers.any(mine)
            stopping = next((e for e, wish in zip(_ENDINGS, wished, strict=True) if wish), None)
        return over, stopping

    def _over(self) -> bool:
        steps, seconds = self.length.steps, self.length.seconds
        in_steps = steps is not None and self.step >= steps
        return in_steps or (seconds is not None and self.step > 0 and self.seconds >= seconds)

    def _due(self) -> bool:
        """Whether a report follows this step."""
        if self._steps_per_epoch <= 1:
            return self.step % _REPORT_EVERY == 0
        return self._epochs(self.step) > self._epochs(self.step - 1)

    def _advance(self) -> None:
        seed = mixed(self._seed, _STEPS, self.step)
        self.passes.begin(seed)
        with seeded(self._defaults, seed):
            step = self.method.step(self.passes, self.state, self.step)
        self._loss = step.loss if self._loss is None else self._loss + step.loss
        self._statistics = dict(step.statistics)
        self.step += 1
        if not self._due():
            self._end_epochs(None)

    def _end_epochs(self, valid_loss: float | None) -> None:
        """Tell the method of each epoch that the last step ended."""
        for _ in range(self._epochs(self.step) - self._epochs(self.step - 1)):
            self.state.end_epoch(valid_loss)

    def _report(self) -> Reported:
        """The only place where anybody waits for the device."""
        with seeded(self._defaults, mixed(self._seed, _REPORTS, self.step)), torch.no_grad():
            metrics = dict(self._evaluate(self.state.weights, self.conditioning(), self.kept()))
        valid_loss = metrics.pop("valid_loss")
        if best := valid_loss < self._best:
            self._best, self._best_step = valid_loss, self.step
        if self._loss is not None:
            self._peers.average([self._loss])
        train_loss = nan if self._loss is None else float(self._loss)
        report = Reported(
            step=self.step,
            epoch=self.step / self._steps_per_epoch,
            seconds=self.seconds,
            train_loss=train_loss / (self.step - self._reported_step),
            valid_loss=valid_loss,
            metrics=metrics,
            hypers=self._reported_hypers(),
            statistics=self._reported_statistics(),
            best=best,
        )
        if self._due():
            self._end_epochs(valid_loss)
        self._reported_step, self._loss = self.step, None
        return report

    def _reported_hypers(self) -> dict[str, float | str]:
        hypers = self.problem.hypers
        found = hypers.report(self.state.unconstrained_H)
        for name, unconstrained_N in self.state.vectors.items():
            values_N = hypers.vectors[name].constrain(unconstrained_N)
            found |= {f"{name}[{which}]": value for which, value in _quartiles(values_N).items()}
        return found

    def _reported_statistics(self) -> dict[str, Statistic]:
        both = {**self._statistics, **self.state.statistics()}
        return {
            name: value.item() if value.dim() == 0 else self._by_name(value)
            for name, value in both.items()
        }

    def _verdict(self, report: Reported) -> Outcome | None:
        """How the run ends by what was reported, if it does."""
        unconstrained = self._by_name(self.state.unconstrained_H)
        for name, vector_N in self.state.vectors.items():
            unconstrained[name] = float(vector_N.sum())  # not finite if one of them is not
        hypers = self.problem.hypers
        tuned = self._by_name(hypers.scale_tuned_H)
        epsilon = torch.finfo(hypers.start_H.dtype).eps
        least = {name: epsilon * abs(unconstrained[name]) for name in tuned if tuned[name]}
        return diverged(report, unconstrained, least) or self._out_of_patience()

    def _out_of_patience(self) -> OutOfPatience | None:
        waited = self.step - self._best_step
        if self._patience is None or waited < self._patience or self.step != self._reported_step:
            return None
        return OutOfPatience(self.step, self._best_step)

    def _by_name(self, values_H: Tensor) -> dict[str, float]:
        return dict(zip(self.problem.hypers.names, values_H.tolist(), strict=True))


def _quartiles(values_N: Tensor) -> dict[str, float]:
    """The ends, the median and the quartiles, by rank."""
    ordered_N = values_N.flatten().sort().values
    last = len(ordered_N) - 1
    return {which: float(ordered_N[round(share * last)]) for which, share in _QUARTILES.items()}
