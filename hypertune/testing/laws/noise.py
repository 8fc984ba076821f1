"""A layer in training, where it may draw noise, against its plain twin."""

from __future__ import annotations

from math import prod

import torch
from hypothesis import reject
from torch import Tensor, nn

from hypertune.response import Layer
from hypertune.testing.case import Case, Conditioning, evaluating, row, unconditioned
from hypertune.testing.law import law, same
from hypertune.testing.statistics import drift

_LIMIT = 7.0  # of `drift`: false alarms of at most 5e-11 per column
_NUMBERS, _FEWEST_ROWS = 2**16, 2**10
_TRIES, _DRAWS, _ROWS = 16, 256, 8
_ROUNDED = 1e-4  # differences below this share of the output are those of a rounded rate


@law()
def trains_as_its_plain_twin(case: Case) -> None:
    """In training it computes what its plain twin does; where noise is drawn, in the mean.

    Means of the output and of its square over at least 1024 rows (65,536 numbers in all) are held
    against the twin's. False alarms: at most 5e-11 per number of the output if the noise has the
    twin's distribution, differences below 1e-4 of the output aside. Tried by hand, a mean of 0.9
    was found in 80 of 80 cases from a dropout of 0.05 to one of 0.9, in 59 of 80 at 0.95.
    """
    layer, conditioning = case.perturbed(), row(case.conditioning(), 0)
    for on in (unconditioned(conditioning), conditioning):
        twin = case.plain(conditioning)
        twin.load_state_dict(case.folded(layer, on))
        x = case.inputs()
        try:
            twin_draws = case.plain_draws(twin, x)
        except ValueError:
            reject()  # torch refuses it, as batch normalisation a single number
        if not twin_draws and not _draws(case, layer, x, on):
            found, expected = case.run(layer, x, on), case.run_plain(twin, x)
            same(found, expected, f"in training, `{twin}` computes something else")
        else:
            _hold_moments(case, layer, twin, on)


def _draws(case: Case, layer: Layer, x: Tensor, conditioning: Conditioning) -> bool:
    """Whether other draws of the noise give other outputs."""
    first, *others = (case.run(layer, x, conditioning, draw) for draw in range(_TRIES))
    return not all(torch.equal(other, first) for other in others)


def _hold_moments(case: Case, layer: Layer, twin: nn.Module, conditioning: Conditioning) -> None:
    numbers = prod(case.output_shape)
    x = case.repeated(max(_FEWEST_ROWS, _NUMBERS // numbers))
    found = case.run(layer, x, conditioning).flatten(1)
    expected = case.run_plain(twin, x).flatten(1)
    signs = case.run(evaluating(layer), x[:1], conditioning).flatten(1).sign()
    for what, power in (("mean", 1), ("mean square", 2)):
        apart = found**power - expected**power
        apart[apart.abs() <= _ROUNDED * expected.abs().max() ** power] = 0
        along = (apart * signs**power).sum(1, keepdim=True)
        assert max(drift(apart), drift(along)) < _LIMIT, (
            f"in training, the {what} of its output over {len(x)} draws of its noise is "
            f"{(found**power).mean():.4g}, that of `{twin}` {(expected**power).mean():.4g}"
        )


@law()
def draws_its_noise_for_each_row_alone(case: Case) -> None:
    """In training, the noise of one row says nothing about that of another.

    Whether noise raises or lowers 8 equal rows is compared between rows, over 256 pairs of draws.
    False alarms: at most 5e-11. Tried by hand, one noise for all rows was found in 24 of 24 cases
    from a dropout of 0.2 to one of 0.8, and one common factor of 1 ± 0.5 in 24 of 24 at 0.1, in
    12 of 12 at 0.5 where examples have 8 numbers (hidden where they have one).
    """
    layer, conditioning = case.perturbed(), row(case.conditioning(), 0)
    x = case.repeated(_ROWS)
    if not _draws(case, layer, x, conditioning):
        return
    signs = case.run(evaluating(layer), x[:1], conditioning).sign()
    shuffle = torch.Generator().manual_seed(case.seed)
    products = []
    for draw in range(_DRAWS):
        first, second = (case.run(layer, x, conditioning, 2 * draw + i) for i in range(2))
        up_B = ((first - second) * signs).flatten(1).sum(1).sign()
        up_B = up_B[torch.randperm(_ROWS, generator=shuffle, device="cpu")]
        products.append((up_B[::2] * up_B[1::2]).sum())
    found = drift(torch.stack(products)[:, None])
    assert found < _LIMIT, f"the noise of its rows is not independent ({found:.1f} times chance)"
