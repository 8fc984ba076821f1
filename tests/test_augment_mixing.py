"""Examples are mixed with one another, and their targets in the same shares."""

import pytest
import torch
from torchvision.transforms.v2 import CutMix, MixUp

from hypertune.augment import CUTMIX, MIXUP
from hypertune.augment.mixing import blend, blend_targets, own_share, patch
from hypertune.ir import Ref

CLASSES = 5
X = torch.rand(12, 3, 8, 10, generator=torch.Generator().manual_seed(0))
Y = torch.arange(12) % CLASSES
PARTNER = torch.arange(12).roll(1)  # as torchvision pairs them


@pytest.mark.parametrize("share", [0.5, 0.8, 1.0])
def test_a_batch_is_mixed_as_torchvision_does(share):
    single = MixUp(num_classes=CLASSES)
    x, y = (
        single.transform(value, {"lam": share, "labels": Y, "batch_size": 12}) for value in (X, Y)
    )
    share_B = torch.tensor([share])
    torch.testing.assert_close(blend(X, PARTNER, share_B), x, atol=1e-6, rtol=0)
    mixed = blend_targets(Y, CLASSES, PARTNER, share_B, torch.float32)
    torch.testing.assert_close(mixed, y, atol=1e-6, rtol=0)


def test_rectangles_are_set_in_as_torchvision_does(monkeypatch):
    single = CutMix(num_classes=CLASSES)
    for share, row, column in [(0.5, 3, 4), (0.7, 0, 0), (0.9, 7, 9), (0.51, 7, 2), (1.0, 4, 4)]:
        drawn = iter([torch.tensor([column]), torch.tensor([row])])
        monkeypatch.setattr(torch, "randint", lambda *_, drawn=drawn, **__: next(drawn))
        monkeypatch.setattr(single._dist, "sample", lambda _, share=share: share)
        about = single.make_params([X]) | {"labels": Y, "batch_size": 12}
        places = (torch.tensor([float(place)]) for place in (row, column))
        x, left = patch(X, PARTNER, torch.tensor([share]), *places)
        assert torch.equal(x, single.transform(X, about))
        torch.testing.assert_close(left, torch.full_like(left, about["lam_adjusted"]))


def test_shares_follow_the_larger_part_of_a_beta():
    torch.manual_seed(0)
    alpha = torch.tensor([0.0, 1e-6, 0.2, 1.0, 50.0]).repeat_interleave(4000)
    shares = own_share(alpha, torch.empty(20_000, 1)).view(5, -1)
    assert (shares[0] == 1).all()
    assert ((shares >= 0.5) & (shares <= 1)).all()
    assert shares[1].mean() > 0.99
    assert shares[2].mean() > shares[3].mean() > shares[4].mean()
    assert abs(shares[3].mean() - 0.75) < 0.01  # the larger part of an even split
    assert abs(shares[3].var() - 1 / 48) < 0.002


@pytest.mark.parametrize("kind", [MIXUP, CUTMIX])
def test_targets_are_mixed_in_the_shares_of_the_pixels(kind):
    """Every pixel of an example is its number, so that a mean over pixels says who is in it."""
    x = torch.eye(64).view(64, 64, 1, 1).expand(64, 64, 6, 6)
    y = torch.arange(64)
    mix = kind.build({"alpha": Ref("alpha")})
    torch.manual_seed(0)
    mixed, soft = mix(x, y, 64, {"alpha": torch.linspace(0, 3, 64)})
    torch.testing.assert_close(mixed.mean((2, 3)), soft)
    torch.testing.assert_close(soft.sum(1), torch.ones(64))
    assert (soft.argmax(1) == y).all()
    torch.manual_seed(0)
    _, again = mix(x, torch.eye(64), 64, {"alpha": torch.linspace(0, 3, 64)})
    assert torch.equal(soft, again)  # of soft targets as of classes


@pytest.mark.parametrize("kind", [MIXUP, CUTMIX])
@pytest.mark.parametrize("shape", [(64,), (64, 2)])
def test_real_targets_are_mixed_as_numbers(kind, shape):
    x = torch.arange(64.0).view(64, 1, 1, 1).expand(64, 1, 5, 5)
    y = torch.arange(64.0, dtype=torch.float64).view(64, *[1] * (len(shape) - 1)).expand(shape)
    torch.manual_seed(0)
    mixed, after = kind.build({"alpha": 1.0})(x, y, 0, {})
    assert (after.shape, after.dtype) == (y.shape, y.dtype)
    means = mixed.mean((1, 2, 3)).double().view(64, *[1] * (len(shape) - 1)).expand(shape)
    torch.testing.assert_close(after, means, atol=1e-4, rtol=0)


def test_rows_of_a_table_are_mixed():
    torch.manual_seed(0)
    x, _ = MIXUP.build({"alpha": 1.0})(torch.eye(6), torch.arange(6), 6, {})
    torch.testing.assert_close(x.sum(1), torch.ones(6))
    assert (x.diagonal() >= 0.5).all()
