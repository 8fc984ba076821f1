"""Cutout hides, in each example, its own number of squares of its own side."""

import pytest
import torch

from hypertune.augment import CUTOUT
from hypertune.augment.rectangles import hide_squares
from hypertune.ir import Ref

HYPERS = {"holes": Ref("holes"), "length": Ref("length"), "fill": "zero"}


def hide_one_by_one(x, rows, columns, holes, length):
    """The same, example after example and hole after hole."""
    x = x.clone()
    height, width = x.shape[-2:]
    for b in range(len(x)):
        for k in range(int(holes[b % len(holes)])):
            side = int(length[b % len(length)])
            top, left = int(rows[b, k]) - side // 2, int(columns[b, k]) - side // 2
            bottom, right = min(top + side, height), min(left + side, width)
            x[b, :, max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = 0
    return x


@pytest.mark.parametrize("rows_of_strengths", [1, 40])
@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 9, 14)])
def test_a_batch_at_once_equals_one_example_after_another(shape, rows_of_strengths):
    source = torch.Generator().manual_seed(0)
    x = torch.rand(40, *shape, generator=source) + 1
    rows = torch.randint(shape[1], (40, 5), generator=source)
    columns = torch.randint(shape[2], (40, 5), generator=source)
    for _ in range(10):
        holes = torch.randint(0, 6, (rows_of_strengths,), generator=source).float()
        length = torch.randint(0, 24, (rows_of_strengths,), generator=source).float()
        expected = hide_one_by_one(x, rows, columns, holes, length)
        assert torch.equal(hide_squares(x, rows, columns, holes, length), expected)


def test_each_example_has_its_own_strengths():
    torch.manual_seed(0)
    cutout = CUTOUT.build(HYPERS)
    holes = torch.tensor([0.0, 1.0, 4.0, 2.0])
    length = torch.tensor([9.0, 0.0, 3.0, 40.0])
    hidden = (cutout(torch.ones(4, 2, 16, 16), {"holes": holes, "length": length}) == 0).float()
    counts = hidden.sum((1, 2, 3)).tolist()
    assert counts[:2] == [0, 0]
    assert 0 < counts[2] <= 2 * 4 * 9
    assert counts[3] == 2 * 16 * 16


def test_strengths_are_floored_where_they_are_read():
    strengths = {"holes": torch.tensor([1.9]), "length": torch.tensor([4.7])}
    whole = {name: value.floor() for name, value in strengths.items()}
    cutout, x = CUTOUT.build(HYPERS), torch.ones(8, 1, 12, 12)
    torch.manual_seed(3)
    given = cutout(x, strengths)
    torch.manual_seed(3)
    assert torch.equal(given, cutout(x, whole))


def test_constants_need_no_strengths():
    torch.manual_seed(0)
    x = torch.ones(64, 1, 10, 10)
    changed = CUTOUT.build({"holes": 1, "length": 4, "fill": "zero"})(x, {})
    counts = (changed == 0).sum((1, 2, 3))
    assert counts.max() == 16
    assert counts.min() >= 4  # centred on a corner, a quarter is left
    assert (x == 1).all()


def test_the_same_seed_hides_the_same():
    cutout, x = CUTOUT.build({"holes": 2, "length": 5, "fill": "zero"}), torch.ones(6, 1, 8, 8)
    torch.manual_seed(7)
    first = cutout(x, {})
    torch.manual_seed(7)
    assert torch.equal(first, cutout(x, {}))
    assert not torch.equal(first, cutout(x, {}))


def test_a_square_may_hold_noise_instead_of_zeros():
    args = {"holes": 1, "length": 40, "fill": "noise"}
    torch.manual_seed(0)
    noise = CUTOUT.build(args)(torch.full((64, 1, 16, 16), 9.0), {})
    hidden = noise[noise != 9]
    assert len(hidden) > 64 * 8 * 8
    assert abs(hidden.mean()) < 0.02
    assert abs(hidden.std() - 1) < 0.02


def test_each_example_has_its_own_filling():
    args = {"holes": 1, "length": 40, "fill": Ref("fill")}
    torch.manual_seed(0)
    fill = torch.tensor([0.0, 1.0, 0.0])
    changed = CUTOUT.build(args)(torch.full((3, 1, 8, 8), 9.0), {"fill": fill})
    zeros = (changed == 0).flatten(1).any(1)
    assert zeros.tolist() == [True, False, True]
