"""Calls of a layer: pure functions of parameters, buffers and the seed of the noise."""

from __future__ import annotations

import torch

from hypertune.testing.buffers import has_states
from hypertune.testing.case import Case, evaluating, row
from hypertune.testing.law import law, reads_numbers, same

_ROWS = 2**10


@law()
def gives_the_same_whenever_it_is_called(case: Case) -> None:
    """Nothing that was computed before, and no other randomness than torch's, has a say."""
    layer, x, conditioning = case.perturbed(), case.inputs(), case.conditioning()
    first = case.run(layer, x, conditioning)
    case.run(layer, case.noise(x), conditioning, draw=1)
    same(case.run(layer, x, conditioning), first, "called again, it gives something else")


@law()
def draws_other_noise_by_another_seed(case: Case) -> None:
    """In training, where its plain twin does."""
    layer, conditioning = case.perturbed(), row(case.conditioning(), 0)
    x, twin = case.repeated(_ROWS), case.plain(conditioning)
    expected = [case.run_plain(twin, x, draw) for draw in range(2)]
    if not torch.equal(*expected):
        found = [case.run(layer, x, conditioning, draw) for draw in range(2)]
        assert not torch.equal(*found), "its noise is the same whatever the seed"


@law(reads_numbers)
def moves_its_statistics_in_training_alone(case: Case) -> None:
    """Neither evaluation nor the linearised reading moves them."""
    layer, x, conditioning = case.perturbed(), case.inputs(), case.conditioning()
    for what, left in (
        ("evaluation", case.left_by_call(evaluating(layer), x, conditioning)),
        ("the linearised reading", case.left_by_linearised(layer, x, conditioning)),
    ):
        for name, before in case.statistics(layer).items():
            same(left[name], before, f"{what} moves `{name}`")


@law()
def keeps_the_states_of_streams_apart(case: Case) -> None:
    """Each row of a second batch goes on from its own row of the first."""
    layer, x, conditioning = evaluating(case.perturbed()), case.inputs(), case.conditioning()
    if not has_states(layer):
        return
    then = case.noise(x)
    whole = case.run_on(layer, [x, then], conditioning)
    for i in range(case.examples):
        batches = [x[i : i + 1], then[i : i + 1]]
        alone = case.run_on(layer, batches, row(conditioning, i))
        same(alone[1][0], whole[1][i], f"stream {i} goes on otherwise than alone")
