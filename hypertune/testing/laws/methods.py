"""The laws of a bilevel method, on problems whose answers are known."""

from __future__ import annotations

import json

import torch
from attrs import evolve
from torch import Tensor

from hypertune.runtime import Batch
from hypertune.runtime.snapshots import copied, flatten, unflatten
from hypertune.testing.law import Law, law
from hypertune.testing.method_case import MethodCase
from hypertune.testing.toys import Same, Toy

_NEAR = 0.05  # of the gap between start and optimum


@law()
def reaches_the_known_optimum(case: MethodCase) -> None:
    """The exact validation loss ends near its least."""
    values = case.values_over(case.training(case.steps))
    gap = case.gap(values[-1])
    assert gap <= _NEAR, f"{gap:.0%} of the way to the optimum is left after {case.steps} steps"


@law()
def first_goes_downhill(case: MethodCase) -> None:
    """The first move, from the best weights, is down the exact hypergradient."""
    start = torch.tensor(case.toy.start, dtype=torch.float64)
    problem = evolve(case.toy.problem(), base={"w": case.toy.best_weights(start).detach()})
    training = case.training(case.steps, problem)
    for _ in training.run():
        if not training.state.unconstrained_H.equal(start):
            break
    move = training.state.unconstrained_H - start
    assert move.any(), f"no hyperparameter has moved in {case.steps} steps"
    slope = float(move.double() @ case.toy.exact_hypergradient(start))
    assert slope < 0, f"the exact validation loss rises with the first move {move.tolist()}"


@law()
def moves_nothing_where_the_validation_loss_says_nothing(case: MethodCase) -> None:
    """A constant validation loss leaves all hyperparameters where they are."""
    problem = evolve(
        case.toy.problem(), outer=lambda weights, at, sample: (torch.tensor(1.0), sample.kept)
    )
    values = case.values_over(case.training(problem=problem))
    assert values[-1].equal(values[0]), f"from {values[0].tolist()} to {values[-1].tolist()}"


@law()
def leaves_what_is_frozen(case: MethodCase) -> None:
    """A frozen hyperparameter keeps its value to the bit."""
    values = case.values_over(case.training(problem=case.toy.problem(frozen=True)))
    last = {float(at[-1]) for at in values}
    assert last == {case.toy.start[-1]}, f"the frozen one was at {sorted(last)}"


@law()
def repeats_itself(case: MethodCase) -> None:
    """The same seed goes the same way, to the bit, whatever torch has drawn before."""
    ends = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        training = case.training()
        list(training.run())
        ends.append(flatten(training.snapshot()["state"])[0])
    _same_bits(ends[0], ends[1], "two runs of one seed")


@law()
def resumes_exactly(case: MethodCase) -> None:
    """A fresh training that takes up a written snapshot ends as the one that went on."""
    whole = case.training()
    events = whole.run()
    snapshots: dict[int, tuple[dict[str, Tensor], str]] = {}
    for _ in events:
        tensors, skeleton = flatten(whole.snapshot())
        snapshots.setdefault(whole.step, (copied(dict(tensors)), json.dumps(skeleton)))
    for step in (0, 1, len(snapshots) // 2):
        tensors, skeleton = snapshots[step]
        other = case.training()
        other.restore(unflatten(tensors, json.loads(skeleton)))
        list(other.run())
        ends = [flatten(training.snapshot()["state"])[0] for training in (whole, other)]
        _same_bits(ends[0], ends[1], f"a run that was taken up after {step} steps")


@law()
def takes_the_batches_of_its_step(case: MethodCase) -> None:
    """Step k asks for training batches of its own, or for batch 0 if there is but one problem."""
    asked = _Asked(case.toy)
    training = case.training(batches=asked)
    size = training.method.batches_per_step
    for k in range(4):
        asked.numbers.clear()
        training.passes.begin(k)
        training.method.step(training.passes, training.state, k)
        own = {*range(k * size, (k + 1) * size)}
        wrong = sorted({*asked.numbers} - own - {0})
        assert not wrong, f"step {k} asks for the training batches {wrong}"


@law()
def has_detached_weights_of_the_problem(case: MethodCase) -> None:
    """All weights by their names and shapes, none with a gradient."""
    training = case.training()
    list(training.run())
    weights, problem = training.state.weights, case.toy.problem()
    expected = {n: w.shape for n, w in {**problem.base, **problem.response}.items()}
    assert {n: w.shape for n, w in weights.items()} == expected, sorted(weights)
    assert not any(w.requires_grad for w in weights.values()), "a weight requires gradients"


@law()
def is_conditioned_on_the_values_it_reports(case: MethodCase) -> None:
    """What the network is evaluated at are the hyperparameters of the state."""
    training = case.training()
    list(training.run())
    hypers = training.problem.hypers
    values, reported = (
        training.conditioning().values,
        hypers.report(training.state.unconstrained_H),
    )
    for name in hypers.values:
        found = float(values[name].mean())
        assert abs(found - float(reported[name])) <= 1e-6 * max(1.0, abs(found)), (
            f"`{name}` is {found:g} in the losses and {reported[name]:g} in reports"
        )


@law()
def says_numbers_by_name(case: MethodCase) -> None:
    """Each statistic is a scalar, or one number for each hyperparameter, and finite."""
    training = case.training()
    for k in range(4):
        training.passes.begin(k)
        step = training.method.step(training.passes, training.state, k)
        assert step.loss.shape == (), f"the loss has the shape {tuple(step.loss.shape)}"
        assert not step.loss.requires_grad, "the loss requires gradients"
        for name, value in {**step.statistics, **training.state.statistics()}.items():
            shapes = [(), (len(case.toy.start),)]
            assert value.shape in shapes, f"`{name}` has the shape {tuple(value.shape)}"
            assert value.isfinite().all(), f"`{name}` is {value.tolist()}"


class _Asked(Same):
    """Remembers the numbers of the training batches that were asked for."""

    def __init__(self, toy: Toy) -> None:
        super().__init__(toy)
        object.__setattr__(self, "numbers", list[int]())

    numbers: list[int]

    def train(self, k: int) -> Batch:
        self.numbers.append(k)
        return super().train(k)


def _same_bits(one: dict[str, Tensor], two: dict[str, Tensor], what: str) -> None:
    assert one.keys() == two.keys(), f"{what}: {sorted(one.keys() ^ two.keys())}"
    other = [name for name, tensor in one.items() if not torch.equal(tensor, two[name])]
    assert not other, f"{what} differs in {other}"


ANSWERED: tuple[Law, ...] = (reaches_the_known_optimum, first_goes_downhill)  # on every toy
LAWS: tuple[Law, ...] = (
    *ANSWERED,
    moves_nothing_where_the_validation_loss_says_nothing,
    leaves_what_is_frozen,
    repeats_itself,
    resumes_exactly,
    takes_the_batches_of_its_step,
    has_detached_weights_of_the_problem,
    is_conditioned_on_the_values_it_reports,
    says_numbers_by_name,
)
