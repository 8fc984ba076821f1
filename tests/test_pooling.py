"""Pooling: the sizes that torch gives, and advice where it would give none."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings, strategies as st
from torch import nn

from hypertune.catalogue import WrongShape
from hypertune.conditioning import Conditioning
from hypertune.layers.avg_pool2d import AVG_POOL2D
from hypertune.layers.conv2d import CONV2D
from hypertune.layers.lp_pool1d import LP_POOL1D
from hypertune.layers.max_pool2d import MAX_POOL2D

ARGS = {"stride": None, "padding": 0, "dilation": 1, "ceil_mode": False}


@settings(max_examples=300, deadline=None)
@given(
    st.integers(1, 7),
    st.fixed_dictionaries(
        {
            "kernel_size": st.integers(1, 4),
            "stride": st.sampled_from([None, 1, 2, 3]),
            "padding": st.integers(0, 3),
            "ceil_mode": st.booleans(),
        }
    ),
)
def test_that_it_accepts_what_torch_accepts(size: int, args: dict[str, int | bool | None]):
    image = torch.zeros(1, 1, size, 7)
    try:
        expected = tuple(nn.AvgPool2d(**args)(image).shape[1:])
    except RuntimeError:
        with pytest.raises(WrongShape):
            AVG_POOL2D.output(args, (1, size, 7))
    else:
        assert AVG_POOL2D.output(args, (1, size, 7)) == expected


@pytest.mark.parametrize(
    ("args", "why", "advice"),
    [
        (
            {"kernel_size": 5},
            "a window of 5 x 5 does not fit an image of 4 x 3",
            "make `kernel_size` smaller, or pool less before",
        ),
        (
            {"kernel_size": 3, "padding": 2},
            "a padding of 2 is more than half a window of 3",
            "choose a `padding` of at most 1",
        ),
        (
            {"kernel_size": 2, "padding": 1, "dilation": 4},
            "a window at the edge sees nothing of an image of 3 across",
            "make `dilation` or `padding` smaller",
        ),
        (
            {"kernel_size": (2, 2, 2)},
            "`kernel_size` has 3 numbers, an image has two axes",
            "write one number, or height and width as `(3, 3)`",
        ),
    ],
)
def test_that_it_says_why_a_window_does_not_fit(args: dict[str, int], why: str, advice: str):
    with pytest.raises(WrongShape) as refused:
        MAX_POOL2D.output(ARGS | args, (1, 4, 3))
    assert str(refused.value) == why
    assert refused.value.advice == advice


def test_that_a_window_of_zeros_has_a_norm_without_slope():
    x = torch.zeros(1, 1, 4, dtype=torch.double)
    x[..., 2:] = torch.tensor([3.0, -4.0])
    pool = LP_POOL1D.build(
        {"norm_type": 2, "kernel_size": 2, "stride": None, "ceil_mode": False}, (1, 4), 0
    )
    y, dy = pool.linearised(x, torch.ones_like(x), Conditioning())
    assert y.flatten().tolist() == [0, 5]
    assert dy.flatten().tolist() == pytest.approx([0, -0.2])
    (slope,) = torch.autograd.grad(pool(x.requires_grad_(), Conditioning()).sum(), x)
    assert slope.flatten().tolist() == pytest.approx([0, 0, 0.6, -0.8])


def test_that_a_norm_of_an_odd_power_is_refused():
    args = {"norm_type": 3, "kernel_size": 2, "stride": None, "ceil_mode": False}
    with pytest.raises(WrongShape, match="has no root") as refused:
        LP_POOL1D.output(args, (1, 4))
    assert refused.value.advice == "choose `norm_type = 4`"


def test_that_a_kernel_has_two_sizes_as_well():
    args = {"out_channels": 2, "kernel_size": (3, 3, 3), "groups": 1, "bias": True}
    with pytest.raises(WrongShape, match="`kernel_size` has 3 numbers"):
        CONV2D.output(ARGS | args | {"stride": 1}, (1, 4, 3))
