"""Normalisations of single examples: differentiable twice, and what they refuse is said."""

import pytest
import torch
from torch.autograd import gradgradcheck

from hypertune.conditioning import Conditioning
from hypertune.response.layer_norm import GroupNorm, LayerNorm, RMSNorm

LAYERS = {
    "layer": lambda: LayerNorm(6, 2, 1e-5, gain=True, bias=True),
    "group": lambda: GroupNorm(2, 4, 2),
    "instance": lambda: GroupNorm(4, 4, 2),
    "rms": lambda: RMSNorm(6, 2, None, affine=True),
}


@pytest.mark.parametrize("build", LAYERS.values(), ids=LAYERS)
def test_a_norm_has_second_derivatives_for_the_methods_that_take_them(build):
    torch.manual_seed(0)
    layer, x = build().double(), torch.randn(3, 4, 6, dtype=torch.float64)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.normal_()
    response_BG = torch.randn(3, 2, dtype=torch.float64)
    inputs = x.requires_grad_(), response_BG.requires_grad_()
    gradgradcheck(lambda x, response_BG: layer(x, Conditioning({}, response_BG)), inputs)


@pytest.mark.parametrize("build", LAYERS.values(), ids=LAYERS)
def test_the_kernels_of_a_tangent_give_what_the_formulas_give(build):
    torch.manual_seed(0)
    layer, x = build().double(), torch.randn(3, 4, 6, dtype=torch.float64)
    dx, response_BG = torch.randn_like(x).requires_grad_(), torch.randn(3, 2).double()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.normal_()
    found = []
    for at in (x, x.clone().requires_grad_()):  # derivatives by x go by the formulas
        y, dy = layer.linearised(at, dx, Conditioning({}, response_BG))
        gradients = torch.autograd.grad((y * dy.square()).sum(), [dx, *layer.parameters()])
        found.append((y, dy, *gradients))
    torch.testing.assert_close(found[0], found[1])


@pytest.mark.parametrize("build", LAYERS.values(), ids=LAYERS)
def test_the_linearised_reading_is_the_derivative_by_torchs_forward_mode(build):
    torch.manual_seed(0)
    layer, x = build().double(), torch.randn(3, 4, 6, dtype=torch.float64)
    dx, response_BG = torch.randn_like(x), torch.randn(3, 2).double()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.normal_()

    def read(x, response_BG):
        return layer(x, Conditioning({}, response_BG))

    still = torch.zeros_like(response_BG)
    wanted = torch.func.jvp(read, (x, still), (dx, response_BG))
    for at in (x, x.clone().requires_grad_()):  # by kernels, and by the formulas
        found = layer.linearised(at, dx, Conditioning({}, response_BG))
        torch.testing.assert_close(found, wanted)
