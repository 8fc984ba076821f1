"""What comes and goes in a step and in an evaluation: measured on tensors without numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from attrs import evolve, frozen
from torch import Tensor

from hypertune.catalogue import Catalogue, MethodType, Pass, SourceType
from hypertune.conditioning import Conditioning
from hypertune.data.evaluation import EVALUATED_AT_ONCE
from hypertune.data.sets import Part, Sets, StreamPart
from hypertune.ir import Program, Tune
from hypertune.lowering.compiled_loss import taps_of
from hypertune.lowering.network import lower
from hypertune.planning.allocations import Allocations, storage_key
from hypertune.planning.rehearsal import step_bytes
from hypertune.runtime import Batch, Kept, Problem, Sample, Weights
from hypertune.tuning.posing import pose

Bytes = dict[str, int]  # by device


@frozen
class Transient:
    """The most that comes and goes beside what lasts, by device. Units: bytes.

    `vectors` are how many numbers the hyperparameters have that there are many of: those that are
    tuned, and those that are frozen.
    """

    step: Bytes
    evaluation: Bytes
    vectors: tuple[int, int]


def transient(
    program: Program, tune: Tune, catalogue: Catalogue, sizes: Mapping[str, int]
) -> Transient:
    """Take each pass of a step once, and evaluate one chunk, all on `meta`.

    Args:
        program: placed or not.
        tune: the block whose method is taken.
        catalogue: has their kinds.
        sizes: how many examples each part has.

    Torch has no autocast on `meta`: what `precision = bf16` spares is not subtracted.

    """
    places = {node.name: node.device for node in program.layers}
    there = evolve(program, layers=tuple(evolve(n, device="meta") for n in program.layers))
    sets = _sets(there, catalogue, sizes)
    network = lower(there, catalogue, on_meta=True, taps=taps_of(there, catalogue))
    posed = pose(there, catalogue, network, sets, "float32")
    problem = posed.problem
    named = {**problem.base, **problem.response}
    held = {name: places[name.split(".")[1]] for name in named}
    owners = {storage_key(w): held[name] for name, w in named.items()}
    first = program.layers[0].device
    batch = min(program.data.batch or sizes["train"], sizes["train"])
    passes = catalogue.of(MethodType)[tune.method.kind].passes(tune.method.args)
    measured = [
        {
            device: taken.times * most
            for device, most in _most(
                lambda: Allocations(owners, first), _taken(problem, sets.train, taken, batch)
            ).items()
        }
        for taken in passes
    ] or [step_bytes(program, tune, catalogue, problem, lambda: _batch(sets.train, batch), held)]
    responding = any(taken.responding and "base" in taken.trains for taken in passes)
    others = [size for part, size in sizes.items() if part != "train"]
    chunk = min(batch if program.data.window else EVALUATED_AT_ONCE, max(others, default=0))

    @torch.no_grad()
    def evaluate() -> None:
        at, weights = _at(problem, 1, responding), {**problem.base, **problem.response}
        kept = Kept(problem.statistics)
        posed.evaluated.evaluate(weights, at, Sample(_batch(sets.train, chunk), kept))

    evaluated = _most(lambda: Allocations(owners, first), evaluate) if chunk else {}
    step = {device: max(found[device] for found in measured) for device in measured[0]}
    vectors = problem.hypers.vectors.values()
    tuned, frozen = (
        sum(v.start_N.numel() for v in vectors if v.frozen == frozen) for frozen in (False, True)
    )
    evaluation = {device: evaluated.get(device, 0) for device in step}
    return Transient(step, evaluation, (tuned, frozen))


def _most(counting: Callable[[], Allocations], work: Callable[[], None]) -> Bytes:
    with counting() as found:
        work()
    most: Bytes = found.most
    return most


def _taken(
    problem: Problem, part: Part | StreamPart, taken: Pass, batch: int
) -> Callable[[], None]:
    """One pass forward and back."""
    rows = taken.rows(batch)
    groups = {"base": problem.base, "response": problem.response}
    weights: Weights = {
        name: w.detach().requires_grad_(group in taken.trains)
        for group, held in groups.items()
        for name, w in held.items()
    }
    trained = [w for w in weights.values() if w.requires_grad]

    def work() -> None:
        at = _at(problem, rows, taken.responding, taken.linearised)
        loss = problem.inner if taken.trains else problem.outer
        wanted = trained
        if not trained and at.response_BG is not None:
            wanted = [at.response_BG.requires_grad_()]
        value, _ = loss(weights, at, Sample(_batch(part, rows), Kept(problem.statistics)))
        if wanted and value.requires_grad:
            torch.autograd.grad(value, wanted, allow_unused=True)

    return work


def _at(problem: Problem, rows: int, responding: bool, linearised: bool = False) -> Conditioning:
    hypers = problem.hypers
    values_BH = hypers.start_H.expand(rows, -1)
    response_BH = torch.empty_like(values_BH) if responding else None
    return hypers.conditioning(values_BH, response_BH, linearised=linearised)


def _batch(part: Part | StreamPart, rows: int) -> Batch:
    x, y = part.x[:rows].clone(), part.y[:rows].clone()
    if isinstance(part, StreamPart):
        return Batch(x, y, begins=True)
    return Batch(x, y, torch.empty(rows, dtype=torch.int64, device="meta"))


def _sets(program: Program, catalogue: Catalogue, sizes: Mapping[str, int]) -> Sets:
    """Data of the sizes that there are, without numbers."""
    source = catalogue.of(SourceType)[program.data.source.kind].seen(program.data.source.args)

    def part(name: str) -> Part | StreamPart:
        if program.data.window:
            streams = min(program.data.batch or 1, sizes.get(name, 0))
            tokens = torch.empty(
                streams, program.data.window + 1, dtype=torch.int64, device="meta"
            )
            return StreamPart(tokens, program.data.window)
        count = max(sizes.get(name, 0), EVALUATED_AT_ONCE)
        dtype = torch.uint8 if source.width == 1 else torch.get_default_dtype()
        x: Tensor = torch.empty((count, *program.input), dtype=dtype, device="meta")
        kind = torch.int64 if source.classes else torch.get_default_dtype()
        return Part(x, torch.empty(count, dtype=kind, device="meta"))

    return Sets(part("train"), part("valid"), part("test"), classes=source.classes)
