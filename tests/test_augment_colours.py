"""Colours of a batch are changed as torchvision changes those of one image."""

import pytest
import torch
from torchvision.transforms.v2 import functional as one

from hypertune.augment import colours
from hypertune.augment.drawing import chosen, uniform

FACTORS = torch.linspace(0, 2, 24)
TURNS = torch.linspace(-0.5, 0.5, 24)


def images(channels=3):
    """Every kind of pixel: any, few levels (so that channels tie), grey, black and white."""
    source = torch.Generator().manual_seed(1)
    x = torch.rand(24, channels, 9, 11, generator=source)
    x[8:12] = (x[8:12] * 3).floor() / 2
    x[8:12].clamp_(0, 1)
    x[12:14] = x[12:14, :1]
    x[14], x[15] = 0, 1
    x[16] = torch.rand(channels, 1, 1, generator=source).expand(channels, 9, 11)
    return x


@pytest.mark.parametrize(
    ("batched", "single", "values"),
    [
        (colours.brighten_, one.adjust_brightness, FACTORS),
        (colours.contrast_, one.adjust_contrast, FACTORS),
        (colours.saturate_, one.adjust_saturation, FACTORS),
        (colours.turn_hue_, one.adjust_hue, TURNS),
        (colours.invert_from, one.solarize, FACTORS / 2),
        (colours.keep_bits, one.posterize, torch.arange(24) % 8 + 1),
    ],
)
@pytest.mark.parametrize("channels", [1, 3])
def test_each_image_is_changed_as_torchvision_changes_it(batched, single, values, channels):
    x = images(channels)
    expected = [single(image, value.item()) for image, value in zip(x, values, strict=True)]
    torch.testing.assert_close(
        batched(x.clone(), values), torch.stack(expected), atol=1e-4, rtol=0
    )
    alone = torch.stack([single(image, values[5].item()) for image in x])
    torch.testing.assert_close(batched(x.clone(), values[5:6]), alone, atol=1e-4, rtol=0)


@pytest.mark.parametrize("channels", [1, 3])
def test_contrast_is_stretched_as_torchvision_does(channels):
    x = images(channels) * 0.6 + 0.1
    expected = torch.stack([one.autocontrast(image) for image in x])
    torch.testing.assert_close(colours.stretch(x), expected, atol=1e-4, rtol=0)


def test_a_whole_turn_of_the_hue_is_none():
    x = images()
    there = colours.turn_hue_(x.clone(), TURNS)
    torch.testing.assert_close(colours.turn_hue_(there, -TURNS), x, atol=1e-4, rtol=0)


def test_numbers_are_drawn_evenly_between_their_ends():
    torch.manual_seed(0)
    x = torch.empty(4000, 1)
    high = torch.cat([torch.full((2000,), 3.0), torch.full((2000,), -1.0)])
    drawn = uniform(-1.0, high, x)
    assert (drawn[2000:] == -1).all()
    shares = (drawn[:2000] + 1) / 4
    assert ((shares >= 0) & (shares < 1)).all()
    assert torch.histc(shares, 4, 0, 1).sub(500).abs().max() < 100


def test_as_many_are_chosen_as_their_probability_says():
    torch.manual_seed(0)
    p = torch.tensor([0.0, 0.25, 1.0]).repeat_interleave(2000)
    counts = chosen(p, torch.empty(6000, 1)).view(3, 2000).sum(1)
    assert counts[0] == 0
    assert 400 < counts[1] < 600
    assert counts[2] == 2000
