"""The embedding: what the laws cannot hold of a layer that reads tokens."""

from math import isclose

import torch
from torch import Tensor
from torch.autograd import gradcheck
from torch.func import jvp

from hypertune.conditioning import Conditioning
from hypertune.response.embedding import Embedding

TOKENS = torch.tensor([[0, 3, 3], [2, 0, 1]])
RESPONSE = torch.tensor([[0.3, -1.0], [0.7, 0.2]]).double()


def _embedding(rate: float | None = 0.0) -> Embedding:
    torch.manual_seed(0)
    layer = Embedding(4, 5, 2, rate).double()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.normal_()
    return layer


def test_that_the_response_scales_each_number_of_a_vector() -> None:
    layer = _embedding()
    assert layer.response is not None
    y = layer(TOKENS, Conditioning(response_BG=RESPONSE))
    scale_BD = RESPONSE @ layer.response.weight_scale.T
    for b in range(2):
        effective_ND = layer.weight + scale_BD[b] * layer.response.weight
        torch.testing.assert_close(y[b], effective_ND[TOKENS[b]])
        torch.testing.assert_close(
            layer.squares(Conditioning(response_BG=RESPONSE))[b], effective_ND.square().sum()
        )


def test_that_the_tangent_is_the_derivative_by_the_response() -> None:
    layer = _embedding()
    found = layer.linearised(TOKENS, None, Conditioning(response_BG=RESPONSE))

    def output(response_BG: Tensor) -> Tensor:
        return layer(TOKENS, Conditioning(response_BG=response_BG))

    expected = jvp(output, (torch.zeros_like(RESPONSE),), (RESPONSE,))
    torch.testing.assert_close(found, expected)


def test_that_gradients_reach_weights_and_response() -> None:
    layer = _embedding()
    names, tensors = zip(*layer.named_parameters(), strict=True)

    def output(response_BG: Tensor, *weights: Tensor) -> Tensor:
        given = (TOKENS, Conditioning(response_BG=response_BG))
        found = dict(zip(names, weights, strict=True))
        return torch.func.functional_call(layer, found, given)

    assert gradcheck(output, (RESPONSE.clone().requires_grad_(), *tensors))


def test_that_a_token_is_dropped_wherever_it_stands() -> None:
    layer, x = _embedding(None), torch.arange(4).repeat(3, 6)
    on = Conditioning({"dropout": torch.full((3,), 0.5)}, RESPONSE[:1].expand(3, 2))
    whole = layer.eval()(x, on)
    layer.train()
    for _ in range(8):
        share = layer(x, on) / whole
        assert (share == share[:1, :4].repeat(3, 6, 1)[:, :, :1]).all()
        assert set(share.unique().tolist()) <= {0.0, 2.0}


def test_that_the_mean_over_masks_is_what_evaluation_gives() -> None:
    torch.manual_seed(1)
    layer, x = Embedding(20_000, 1, 0, 0.3), torch.arange(20_000)[None]
    share = layer(x, Conditioning()) / layer.eval()(x, Conditioning())
    assert isclose(share.mean().item(), 1, abs_tol=0.03)


def test_that_both_readings_have_one_mask() -> None:
    layer = _embedding(0.5)
    on = Conditioning(response_BG=RESPONSE)
    torch.manual_seed(2)
    y, dy = layer.linearised(TOKENS, None, on)
    assert dy is not None
    torch.manual_seed(2)
    torch.testing.assert_close(y + dy, layer(TOKENS, on))
    assert ((y == 0) == (dy == 0)).all()


def test_that_both_vectors_of_a_token_are_drawn_from_the_range() -> None:
    layer = Embedding(1_000, 4, 2, 0.0, init_range=0.1)
    assert layer.response is not None
    for weight in (layer.weight, layer.response.weight):
        drawn = weight.detach()
        assert 0.099 < drawn.abs().max() <= 0.1
        assert isclose(drawn.std(), 0.2 / 12**0.5, rel_tol=0.05)
