"""What holds for every augmentation, whatever it does."""

import pytest
import torch

from hypertune.augment import STANDARD
from hypertune.catalogue import REQUIRED
from hypertune.ir import Ref

KINDS = {kind.name: kind for kind in STANDARD if kind.on != "tokens"}
# kind -> strengths that do nothing, and strengths that do much
STRENGTHS = {
    "flip": ({"p": 0.0}, {"p": 0.7}),
    "affine": (
        {"degrees": 0.0, "translate": 0.0, "zoom": 0.0, "shear": 0.0},
        {"degrees": 40.0, "translate": 0.3, "zoom": 0.4, "shear": 30.0},
    ),
    "color_jitter": (
        {"brightness": 0.0, "contrast": 0.0, "saturation": 0.0, "hue": 0.0},
        {"brightness": 0.5, "contrast": 0.6, "saturation": 0.7, "hue": 0.4},
    ),
    "autocontrast": ({"p": 0.0}, {"p": 0.9}),
    "posterize": ({"bits": 3.0, "p": 0.0}, {"bits": 2.0, "p": 0.9}),
    "solarize": ({"threshold": 0.3, "p": 0.0}, {"threshold": 0.4, "p": 0.9}),
    "gaussian_blur": ({"sigma": 0.0}, {"sigma": 2.0}),
    "gaussian_noise": ({"sigma": 0.0}, {"sigma": 0.3}),
    "cutout": ({"holes": 0.0, "length": 5.0}, {"holes": 3.0, "length": 6.0}),
    "erase": ({"area": 0.0, "aspect": 3.0, "p": 0.5}, {"area": 0.5, "aspect": 2.0, "p": 0.9}),
    "input_scale": ({"strength": 0.0}, {"strength": 0.5}),
    "mixup": ({"alpha": 0.0}, {"alpha": 2.0}),
    "cutmix": ({"alpha": 0.0}, {"alpha": 2.0}),
    "feature_noise": ({"sigma": 0.0}, {"sigma": 1.0}),
    "feature_dropout": ({"p": 0.0}, {"p": 0.5}),
}
BATCH = 64
tunable = pytest.mark.parametrize("name", STRENGTHS)


def batch_for(name, dtype=torch.float32):
    shape = (3, 12, 16) if 3 in KINDS[name].ranks else (9,)
    source = torch.Generator().manual_seed(5)
    return torch.rand(BATCH, *shape, generator=source, dtype=dtype)


def apply(name, x, strengths, constants=None, seed=0):
    """The batch after it: hyperparameters stand wherever there are strengths."""
    kind = KINDS[name]
    args = {arg.name: arg.default for arg in kind.args if arg.default is not REQUIRED}
    args |= {key: Ref(key) for key in strengths} | (constants or {})
    torch.manual_seed(seed)
    if kind.mixes_targets:
        return kind.build(args)(x, torch.arange(len(x), device=x.device) % 4, 4, strengths)[0]
    return kind.build(args)(x, strengths)


def rows(strengths, count=1):
    return {key: torch.full((count,), value) for key, value in strengths.items()}


def test_every_kind_is_held_to_these():
    assert set(KINDS) == set(STRENGTHS) | {"crop"}


@tunable
def test_nothing_happens_where_the_strength_is_none(name):
    x = batch_for(name)
    after = apply(name, x, rows(STRENGTHS[name][0]))
    torch.testing.assert_close(after, x, atol=2e-6, rtol=0)


@tunable
def test_the_same_seed_does_the_same_to_a_batch_that_it_leaves_alone(name):
    x, strengths = batch_for(name), rows(STRENGTHS[name][1])
    before = x.clone()
    after = apply(name, x, strengths)
    assert torch.equal(after, apply(name, x, strengths))
    assert not torch.equal(after, apply(name, x, strengths, seed=1))
    assert torch.equal(x, before)


@tunable
def test_constants_and_hyperparameters_of_one_or_many_rows_are_the_same(name):
    x, much = batch_for(name), STRENGTHS[name][1]
    one = apply(name, x, rows(much))
    assert torch.equal(apply(name, x, rows(much, BATCH)), one)
    constants = {arg.name: much[arg.name] for arg in KINDS[name].args if arg.name in much}
    if name != "cutout":  # which draws as many squares as there may be
        assert torch.equal(apply(name, x, {}, constants), one)


@tunable
def test_each_example_has_its_own_strengths(name):
    x, (none, much) = batch_for(name), STRENGTHS[name]
    odd = torch.arange(BATCH) % 2 == 1
    mixed = {key: torch.where(odd, none[key], much[key]) for key in much}
    after = apply(name, x, mixed)
    torch.testing.assert_close(after[odd], x[odd], atol=2e-6, rtol=0)
    if not KINDS[name].mixes_targets:  # what Beta draws of the generator depends on alpha
        assert torch.equal(after[~odd], apply(name, x, rows(much))[~odd])


@tunable
def test_each_example_is_drawn_for_itself(name):
    if KINDS[name].mixes_targets:  # equal examples mix to the same
        return
    x = batch_for(name)[:1].expand(BATCH, *batch_for(name).shape[1:])
    after = apply(name, x, rows(STRENGTHS[name][1]))
    assert len(after.flatten(1).unique(dim=0)) >= (2 if "p" in STRENGTHS[name][1] else BATCH // 2)


@tunable
def test_dtype_and_shape_stay_and_nothing_is_differentiated(name):
    x = batch_for(name, torch.float64)
    strengths = {key: v.requires_grad_() for key, v in rows(STRENGTHS[name][1]).items()}
    after = apply(name, x, strengths)
    assert (after.shape, after.dtype, after.requires_grad) == (x.shape, x.dtype, False)


@tunable
def test_no_number_is_waited_for(name):
    """On `meta` there are no numbers."""
    strengths = {key: value.to("meta") for key, value in rows(STRENGTHS[name][1]).items()}
    after = apply(name, batch_for(name).to("meta"), strengths)
    assert (after.device.type, after.shape) == ("meta", batch_for(name).shape)


@tunable
def test_lower_precision_and_tangents_change_nothing(name):
    x, strengths = batch_for(name), rows(STRENGTHS[name][1])
    after = apply(name, x, strengths)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(apply(name, x, strengths), after)

    def of(factor):
        return apply(name, x, {key: value * factor for key, value in strengths.items()})

    value, tangent = torch.func.jvp(of, (torch.ones(()),), (torch.ones(()),))
    assert torch.equal(value, after)
    assert (tangent == 0).all()


@pytest.mark.parametrize("name", [k.name for k in STANDARD if k.on == "pixels"])
@pytest.mark.parametrize("channels", [1, 2, 3])
def test_pixels_stay_from_0_to_1(name, channels):
    x = batch_for(name)[:, :channels]
    after = apply(name, x, rows(STRENGTHS[name][1]) if name in STRENGTHS else {})
    assert after.shape == x.shape
    assert after.min() >= 0
    assert after.max() <= 1 + 1e-6
