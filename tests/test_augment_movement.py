"""Pixels of a batch are moved as torchvision moves those of one image."""

import pytest
import torch
from torchvision.transforms.v2 import InterpolationMode, functional as one

from hypertune.augment import CROP, FLIP
from hypertune.augment.movement import blur, cut, warp
from hypertune.ir import Ref

SIZES = [(1, 9, 9), (3, 8, 13), (2, 12, 7)]


def images(shape, batch=20):
    return torch.rand(batch, *shape, generator=torch.Generator().manual_seed(2))


def between(low, high, seed):
    return low + (high - low) * torch.rand(20, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("shape", SIZES)
def test_chosen_images_are_mirrored(shape):
    x, p = images(shape), torch.arange(20) % 2
    after = FLIP.build({"p": Ref("p")})(x, {"p": p.float()})
    assert torch.equal(after[::2], x[::2])
    assert torch.equal(after[1::2], torch.stack([one.horizontal_flip(i) for i in x[1::2]]))


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("padding", [0, 1, 5])
def test_images_are_padded_and_cut_as_torchvision_does(shape, padding):
    x, source = images(shape), torch.Generator().manual_seed(3)
    top, left = torch.randint(2 * padding + 1, (2, 20), generator=source)
    expected = [
        one.crop(one.pad(image, [padding]), int(i), int(j), *shape[1:])
        for image, i, j in zip(x, top, left, strict=True)
    ]
    assert torch.equal(cut(x, top, left, padding), torch.stack(expected))
    memory = x.contiguous(memory_format=torch.channels_last)
    assert torch.equal(cut(memory, top, left, padding), torch.stack(expected))


def test_an_image_is_cut_anywhere_out_of_its_padding():
    torch.manual_seed(0)
    x = torch.zeros(2000, 1, 5, 5)
    x[:, 0, 2, 2] = 1
    after = CROP.build({"padding": 2})(x, {})
    assert (after.sum((1, 2, 3)) == 1).all()
    assert after.sum(0).sub(80).abs().max() < 45


@pytest.mark.parametrize("shape", SIZES)
def test_images_are_warped_as_torchvision_does(shape):
    x = images(shape)
    degrees, shear = between(-180, 180, 4), between(-60, 60, 5)
    right, down, zoom = between(-5, 5, 6), between(-5, 5, 7), between(0.5, 1.7, 8)
    values = torch.stack([degrees, right, down, zoom, shear], 1).tolist()
    expected = [
        one.affine(
            image, angle, [x_, y_], scale, [slant, 0.0], interpolation=InterpolationMode.BILINEAR
        )
        for image, (angle, x_, y_, scale, slant) in zip(x, values, strict=True)
    ]
    after = warp(x, degrees, right, down, zoom, shear)
    torch.testing.assert_close(after, torch.stack(expected), atol=1e-4, rtol=0)


def test_one_row_warps_all():
    x = images((3, 8, 8))
    row = [torch.tensor([value]) for value in (20.0, 1.5, -2.0, 1.2, 10.0)]
    assert torch.equal(warp(x, *row), warp(x, *[value.expand(20) for value in row]))


@pytest.mark.parametrize("radius", [1, 2, 4])
@pytest.mark.parametrize("shape", SIZES)
def test_images_are_blurred_as_torchvision_does(shape, radius):
    x, sigma = images(shape), between(0.1, 3, 9)
    size = [2 * radius + 1] * 2
    expected = [
        one.gaussian_blur(image, size, [value])
        for image, value in zip(x, sigma.tolist(), strict=True)
    ]
    torch.testing.assert_close(blur(x, sigma, radius), torch.stack(expected), atol=1e-4, rtol=0)


def test_a_blur_that_is_wider_than_the_image_takes_what_there_is():
    x = images((1, 3, 8))
    expected = torch.stack([one.gaussian_blur(image, [15, 5], [2.0]) for image in x])
    torch.testing.assert_close(blur(x, torch.tensor([2.0]), 9), expected, atol=1e-4, rtol=0)
