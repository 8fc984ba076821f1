"""Dropout: what falls out, how often, and what it costs."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from hypertune.conditioning import Conditioning
from hypertune.response.dropout import Dropout
from hypertune.testing.seeding import seeded

COUNT = 40_000


def _run(layer: Dropout, x: Tensor, rates: list[float] | None = None) -> Tensor:
    values = {} if rates is None else {"p": torch.tensor(rates)}
    with seeded(0):
        return layer(x, Conditioning(values))


def test_that_each_example_loses_its_own_share():
    rates = [0.0, 0.1, 0.5, 0.93]
    y = _run(Dropout(None), torch.ones(4, COUNT), rates)
    for y_N, rate in zip(y, rates, strict=True):
        deviation = (rate * (1 - rate) / COUNT) ** 0.5
        assert (y_N == 0).float().mean().item() == pytest.approx(rate, abs=5 * deviation)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.93])
@pytest.mark.parametrize("constant", [True, False])
def test_that_the_mean_stays(rate: float, constant: bool):
    layer = Dropout(rate if constant else None)
    y = _run(layer, torch.ones(1, COUNT), None if constant else [rate])
    deviation = (rate / (1 - rate) / COUNT) ** 0.5
    assert y.mean().item() == pytest.approx(1, abs=5 * deviation)


def test_that_a_constant_rate_and_a_tuned_one_drop_the_same():
    x = torch.randn(3, 50)
    torch.testing.assert_close(_run(Dropout(0.3), x), _run(Dropout(None), x, [0.3]))


def test_that_numbers_fall_out_alone():
    kept = _run(Dropout(0.5), torch.ones(1, COUNT)) != 0
    for apart in (1, 2, 3, 4, 8):
        both = (kept[:, apart:] & kept[:, :-apart]).float().mean().item()
        assert both == pytest.approx(0.25, abs=5 * (0.1875 / COUNT) ** 0.5)


def test_that_channels_fall_out_whole():
    y = _run(Dropout(None, slice(2, None)), torch.ones(2, 300, 3, 4), [0.2, 0.7])
    whole = y.flatten(2)
    assert (whole == whole[..., :1]).all()
    for y_CN, rate in zip(whole, [0.2, 0.7], strict=True):
        lost = (y_CN[:, 0] == 0).float().mean().item()
        assert lost == pytest.approx(rate, abs=5 * (rate * (1 - rate) / 300) ** 0.5)


@pytest.mark.parametrize("layer", [Dropout(0.0), Dropout(0.5).eval()], ids=["zero", "eval"])
def test_that_where_nothing_falls_out_nothing_is_done(layer: Dropout):
    x = torch.randn(2, 5)
    with seeded(0):
        before = torch.get_rng_state()
        assert layer(x, Conditioning()) is x
        assert torch.equal(torch.get_rng_state(), before)


def test_that_a_rate_beside_one_leaves_finite_numbers():
    y = _run(Dropout(None), torch.ones(1, COUNT), [1 - 1e-7])
    assert y.isfinite().all()
