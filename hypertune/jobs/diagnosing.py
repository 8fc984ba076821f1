"""Train a block of a spec, then ask each method that applies for its hypergradient there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
from attrs import evolve, frozen
from torch import Tensor

from hypertune.catalogue import Catalogue, Use
from hypertune.data.loading import load
from hypertune.data.sets import Part, Sets, StreamPart
from hypertune.diagnosis import (
    Estimate,
    Point,
    ResponseReport,
    gradient_norm,
    implicit,
    largest_eigenvalue,
    responses,
    retrained,
)
from hypertune.ir import Program
from hypertune.lowering import place, visible_devices
from hypertune.lowering.compiled_loss import taps_of
from hypertune.lowering.network import lower
from hypertune.methods.algorithms import STN, DeltaSTN
from hypertune.methods.algorithms.alternation import ResponseState
from hypertune.methods.algorithms.solvers import CG, Exact, Identity, Neumann, Nystrom, Solver
from hypertune.reporting.sink import Sink
from hypertune.runtime import Hypers, Kept, Sample
from hypertune.standard import STANDARD
from hypertune.tuning import Prepared, prepare
from hypertune.tuning.posing import pose

_LAYERS = "layers."
_EXACT = 2000  # weights, of which a dense Hessian is no burden


@frozen
class Diagnosis:
    """What was found.

    Args:
        names: of the hyperparameters whose gradients are compared; the last may stand for vectors.
        smooth: their places among all unconstrained values.
        reference: the most exact estimate that could be had.
        estimates: of the other methods.
        gradient: the norm of the training loss's gradient in the weights.
        curvature: the largest eigenvalue of its Hessian.
        response: what the responses say, if the method has any.
        columns: the names of all columns.

    """

    names: tuple[str, ...]
    smooth: Tensor
    reference: Estimate | None
    estimates: tuple[Estimate, ...]
    gradient: float
    curvature: float
    response: ResponseReport | None
    columns: tuple[str, ...]


def diagnose(
    program: Program,
    tune: str = "",
    catalogue: Catalogue = STANDARD,
    sinks: Iterable[Sink] = (),
    *,
    examples: int = 1000,
    retrain: int = 0,
) -> Diagnosis:
    """Train, then compare hypergradients.

    Args:
        program: as compiled.
        tune: the block that is trained; the first if empty.
        catalogue: has the program's kinds.
        sinks: functions that are called with each event of the training.
        examples: at most, of each part, that the losses are computed on.
        retrain: iterations of each training that the reference is found by; 0 for a solve.

    """
    devices = visible_devices()
    program = place(program, catalogue, devices, (*devices[1:], "cpu")[0])
    sets = load(program.data, catalogue, program.layers[0].device)
    prepared = prepare(program, tune, catalogue, sets)
    for event in prepared.training.run():
        for sink in sinks:
            sink(event)
    point = _point(program, prepared, catalogue, examples)
    smooth = _smooth(point.problem.hypers)
    found = list(_estimates(point, prepared)) if len(smooth) else []
    reference = _most_exact(found)
    if reference is not None and retrain:
        found.append(reference)
        reference = retrained(point, smooth.tolist(), retrain)
    response = _responses(prepared, examples)
    if response is not None:
        found.append(_padded(response.estimate, point))
    names = point.problem.hypers.names
    shown = tuple(names[i] for i in smooth.tolist() if i < len(names))
    vectors = tuple(point.problem.hypers.vectors)
    return Diagnosis(
        names=(*shown, *(f"{name}[…]" for name in vectors)),
        smooth=smooth,
        reference=reference,
        estimates=tuple(found),
        gradient=gradient_norm(point),
        curvature=largest_eigenvalue(point),
        response=response,
        columns=names,
    )


def _point(program: Program, prepared: Prepared, catalogue: Catalogue, examples: int) -> Point:
    """The plain network where the training has come to."""
    training, state = prepared.training, prepared.training.state
    plain = evolve(program, layers=tuple(evolve(node, given=()) for node in program.layers))
    network = lower(plain, catalogue, taps=taps_of(plain, catalogue))
    problem = pose(plain, catalogue, network, prepared.sets, "float32").problem
    weights = prepared.plain_state()
    kept = Kept({name: weights[name.removeprefix(_LAYERS)] for name in problem.statistics})
    sets = prepared.sets
    vectors = [state.vectors.get(n, v.start_N) for n, v in problem.hypers.vectors.items()]
    return Point(
        problem,
        {name: weights[name.removeprefix(_LAYERS)].to(w) for name, w in problem.base.items()},
        torch.cat([training.state.unconstrained_H, *vectors]),
        _sample(sets, "train", kept, examples, training.passes.train(0)),
        _sample(sets, "valid", kept, examples, training.passes.valid(0)),
    )


def _sample(sets: Sets, name: str, kept: Kept, examples: int, served: Sample) -> Sample:
    """Some examples of a part, drawn evenly; of a text the first batch."""
    part: Part | StreamPart = getattr(sets, name)
    if not isinstance(part, Part):
        return evolve(served, kept=Kept(kept.statistics, served.kept.states))
    order = torch.randperm(len(part), generator=torch.Generator().manual_seed(0))
    rows = order[:examples].sort().values.to(part.y.device)
    return Sample(part.rows(rows), kept, served.draw, name)


def _smooth(hypers: Hypers) -> Tensor:
    """The places of what is tuned and moves the training loss smoothly."""
    alike = len(hypers.values) == len(hypers.names)  # no word has several columns
    places = [
        i
        for i, name in enumerate(hypers.names)
        if alike and not bool(hypers.frozen_H[i]) and hypers.uses[hypers.values[i]] <= {Use.SMOOTH}
    ]
    start = len(hypers.names)
    for name, vector in hypers.vectors.items():
        if not vector.frozen and hypers.uses[name] <= {Use.SMOOTH}:
            places += range(start, start + len(vector.start_N))
        start += len(vector.start_N)
    return torch.tensor(places, dtype=torch.long, device=hypers.start_H.device)


def _estimates(point: Point, prepared: Prepared) -> Iterator[Estimate]:
    """Of each solver; the last is the most exact."""
    rate = _rate(prepared) or 1 / max(largest_eigenvalue(point), 1e-12)
    solvers: dict[str, Solver] = {
        "implicit(identity)": Identity(),
        "implicit(neumann(10)), unrolled(10)": Neumann(terms=10, scale=rate),
        "implicit(neumann(100)), unrolled(100)": Neumann(terms=100, scale=rate),
        "implicit(nystrom(20))": Nystrom(rank=20, damping=0.01),
        "implicit(cg(20))": CG(max_iterations=20),
        "implicit(cg(300))": CG(max_iterations=300, tolerance=1e-6),
    }
    if sum(w.numel() for w in point.weights.values()) <= _EXACT:
        solvers["implicit(exact)"] = Exact()
    for method, solver in solvers.items():
        yield implicit(point, method, solver)


def _most_exact(found: list[Estimate]) -> Estimate | None:
    """The last that is a number, taken out; with a singular Hessian nothing is solved."""
    numbers = [i for i, one in enumerate(found) if bool(one.gradient_H.isfinite().all())]
    return found.pop(numbers[-1] if numbers else -1) if found else None


def _rate(prepared: Prepared) -> float:
    """The learning rate of the weights, where it is a number."""
    call = prepared.tune.optimisers.get("weights")
    rate = call.args.get("lr", 0.0) if call and call.kind == "sgd" else 0.0
    return float(rate) if isinstance(rate, int | float) else 0.0


def _responses(prepared: Prepared, examples: int) -> ResponseReport | None:
    training = prepared.training
    method, state = training.method, training.state
    if not isinstance(method, STN | DeltaSTN) or not isinstance(state, ResponseState):
        return None
    if not state.response:
        return None
    kept = training.kept()
    train, valid = (
        _sample(prepared.sets, name, kept, examples, served)
        for name, served in (
            ("train", training.passes.train(0)),
            ("valid", training.passes.valid(0)),
        )
    )
    return responses(method, training.passes, state, train, valid)


def _padded(estimate: Estimate, point: Point) -> Estimate:
    """With zeros for vectors, which no layer responds to."""
    missing = len(point.unconstrained_H) - len(estimate.gradient_H)
    return evolve(estimate, gradient_H=torch.nn.functional.pad(estimate.gradient_H, (0, missing)))
