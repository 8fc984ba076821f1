"""What is drawn for each example lies where its strengths say."""

import pytest
import torch
from torchvision.transforms.v2 import functional as one

from hypertune.augment import (
    AFFINE,
    COLOR_JITTER,
    ERASE,
    GAUSSIAN_BLUR,
    GAUSSIAN_NOISE,
    INPUT_SCALE,
    colours,
    movement,
    rectangles,
)
from hypertune.augment.rectangles import hide_rectangle
from hypertune.ir import Ref

BATCH = 2000


def drawn_by(kind, strengths, monkeypatch, room, function, shape=(3, 4, 6)):
    """What a kind hands to `function`, without the batch."""
    seen = {}

    def watch(x, *values, **named):
        seen.update({str(place): value for place, value in enumerate(values)} | named)
        return x

    monkeypatch.setattr(room, function, watch)
    args = {arg.name: arg.default for arg in kind.args} | {name: Ref(name) for name in strengths}
    torch.manual_seed(0)
    kind.build(args)(torch.full((BATCH, *shape), 0.5), strengths)
    return seen


def halves(weak, strong):
    return torch.tensor([weak, strong]).repeat_interleave(BATCH // 2)


def check_even(drawn, low, high):
    """Each half lies between its ends, and in every quarter between them."""
    for half, below, above in zip(drawn.view(2, -1), low, high, strict=True):
        assert below <= half.min() < half.max() <= above
        counts = torch.histc(half, 4, below, above)
        assert counts.sub(BATCH / 8).abs().max() < BATCH / 16


@pytest.mark.parametrize(
    ("name", "function"),
    [("brightness", "brighten_"), ("contrast", "contrast_"), ("saturation", "saturate_")],
)
def test_factors_of_colours_are_around_1_and_never_below_0(name, function, monkeypatch):
    strengths = {name: halves(0.2, 1.5)}
    seen = drawn_by(COLOR_JITTER, strengths, monkeypatch, colours, function)
    check_even(seen["0"], (0.8, 0.0), (1.2, 2.5))


def test_hues_turn_either_way(monkeypatch):
    strengths = {"hue": halves(0.05, 0.5)}
    seen = drawn_by(COLOR_JITTER, strengths, monkeypatch, colours, "turn_hue_")
    check_even(seen["0"], (-0.05, -0.5), (0.05, 0.5))


def test_an_image_moves_by_shares_of_its_own_sides(monkeypatch):
    strengths = {
        "degrees": halves(5.0, 90.0),
        "translate": halves(0.1, 0.5),
        "zoom": halves(0.1, 0.5),
        "shear": halves(2.0, 45.0),
    }
    seen = drawn_by(AFFINE, strengths, monkeypatch, movement, "warp")
    check_even(seen["degrees"], (-5, -90), (5, 90))
    check_even(seen["right"], (-0.6, -3), (0.6, 3))
    check_even(seen["down"], (-0.4, -2), (0.4, 2))
    check_even(seen["zoom"], (0.9, 0.5), (1.1, 1.5))
    check_even(seen["shear"], (-2, -45), (2, 45))
    drawn = torch.stack([*seen.values()])
    assert torch.corrcoef(drawn[:, : BATCH // 2]).fill_diagonal_(0).abs().max() < 0.1


def test_a_blur_is_drawn_up_to_its_strength(monkeypatch):
    strengths = {"sigma": halves(0.3, 4.0)}
    seen = drawn_by(GAUSSIAN_BLUR, strengths, monkeypatch, movement, "blur")
    check_even(seen["0"], (0, 0), (0.3, 4.0))


def test_an_input_is_scaled_by_one_factor():
    torch.manual_seed(0)
    scale = INPUT_SCALE.build({"strength": Ref("strength")})
    after = scale(torch.ones(BATCH, 2, 3, 3), {"strength": halves(0.25, 1.0)})
    factors = after[:, 0, 0, 0]
    assert torch.equal(after, factors.view(-1, 1, 1, 1).expand_as(after))
    check_even(factors, (0.8, 0.5), (1.25, 2.0))


@pytest.mark.parametrize("shape", [(1, 32, 32), (1, 30, 60)])
def test_an_erased_rectangle_lies_within_the_image_and_its_strengths(shape, monkeypatch):
    strengths = {"area": halves(0.2, 0.9), "aspect": halves(2.0, 4.0), "p": torch.tensor([0.6])}
    seen = drawn_by(ERASE, strengths, monkeypatch, rectangles, "hide_rectangle", shape)
    top, left, tall, wide = (seen[str(place)] for place in range(4))
    assert (torch.stack([top, left, tall, wide]) >= 0).all()
    assert (top + tall <= shape[1]).all()
    assert (left + wide <= shape[2]).all()
    empty = (tall * wide).view(2, -1) == 0
    assert empty.float().mean(1).sub(0.4).abs().max() < 0.08
    share = (tall * wide / (shape[1] * shape[2])).view(2, -1)
    assert share[0].max() < 0.25
    assert 0.7 < share[1].max() < 0.95
    longer = (torch.maximum(tall, wide) / torch.minimum(tall, wide)).view(2, -1)
    large = share > 0.05  # where rounding to pixels says little
    assert longer[0][large[0]].max() < 2.4
    assert longer[1][large[1]].max() < 4.8


def test_noise_is_that_of_torchvision():
    x = torch.rand(6, 3, 9, 12)
    torch.manual_seed(3)
    after = GAUSSIAN_NOISE.build({"sigma": 0.2})(x, {})
    torch.manual_seed(3)
    torch.testing.assert_close(after, one.gaussian_noise(x, sigma=0.2), atol=1e-4, rtol=0)


def test_a_rectangle_is_erased_as_torchvision_does():
    x = torch.rand(6, 3, 9, 12)
    instead = torch.randn_like(x)
    places = torch.tensor([[0, 0, 9, 12], [2, 3, 4, 5], [8, 11, 1, 1], [3, 3, 0, 4], [0, 5, 9, 1]])
    places = torch.cat([places, torch.tensor([[5, 0, 3, 12]])])
    for fill in (None, instead):
        after = hide_rectangle(
            x, *places.float().unbind(1), None if fill is None else fill.clone()
        )
        source = torch.zeros_like(x) if fill is None else fill
        expected = [
            one.erase(image, i, j, h, w, other[:, i : i + h, j : j + w])
            for image, other, (i, j, h, w) in zip(x, source, places.tolist(), strict=True)
        ]
        assert torch.equal(after, torch.stack(expected))
