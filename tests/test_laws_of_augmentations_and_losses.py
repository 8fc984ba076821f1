"""Augmentations and losses that come with hypertune keep the laws; wrong ones are caught."""

import pytest
from wrong_augmentations import AUGMENTATIONS, NEUTRAL
from wrong_losses import LOSSES

from hypertune import augment, losses
from hypertune.augment.flip import FLIP
from hypertune.catalogue import LossType
from hypertune.losses.squared import MSE
from hypertune.testing import augment_laws, loss_laws, trials
from hypertune.testing.laws import augmentations
from hypertune.testing.laws.augmentations import does_nothing_at
from hypertune.testing.laws.losses import LAWS as LOSS_LAWS

NOTHING = {  # kind -> what does nothing
    "affine": {"degrees": 0.0, "translate": 0.0, "zoom": 0.0, "shear": 0.0},
    "autocontrast": {"p": 0.0},
    "color_jitter": {"brightness": 0.0, "contrast": 0.0, "saturation": 0.0, "hue": 0.0},
    "crop": {"padding": 0},
    "cutmix": {"alpha": 0.0},
    "cutout": {"holes": 0},
    "erase": {"area": 0.0},
    "feature_dropout": {"p": 0.0},
    "feature_noise": {"sigma": 0.0},
    "flip": {"p": 0.0},
    "gaussian_blur": {"sigma": 0.0},
    "gaussian_noise": {"sigma": 0.0},
    "input_scale": {"strength": 0.0},
    "mixup": {"alpha": 0.0},
    "posterize": {"p": 0.0},
    "solarize": {"p": 0.0},
    "token_noise": {"p": 0.0},
    "word_dropout": {"p": 0.0},
}


def held(kind, *further):
    """Every law of a kind as a parameter; those that it waives are expected to break."""
    for name, trial in trials(kind, further=further).items():
        why = f"waived: {kind.waived.get(name)}"
        marks = pytest.mark.xfail(reason=why, raises=AssertionError, strict=True)
        yield pytest.param(trial, id=f"{kind.name} {name}", marks=marks if trial.waived else ())


HELD = [
    *(p for kind in augment.STANDARD for p in held(kind, does_nothing_at(NOTHING[kind.name]))),
    *(p for kind in losses.STANDARD if isinstance(kind, LossType) for p in held(kind)),
]
SHELF = (*AUGMENTATIONS, *LOSSES)


@pytest.mark.parametrize("law", HELD)
def test_that_ours_hold(law):
    law()


@augment_laws(FLIP, neutral={"p": 0.0})
def test_that_an_augmentation_is_tested_law_by_law(law):
    assert law.cases is not None


@loss_laws(MSE)
def test_that_a_loss_is_tested_law_by_law(law):
    assert law.cases is not None


@pytest.mark.parametrize("wrong", SHELF, ids=lambda wrong: f"{wrong.what} - {wrong.law}")
def test_that_a_law_catches(wrong):
    further = (does_nothing_at({"sigma": 0.0}),) if wrong.law == NEUTRAL else ()
    with pytest.raises(AssertionError):
        trials(wrong.kind, further=further)[wrong.law]()


def test_that_every_law_has_something_to_catch():
    laws = {law.name for law in (*augmentations.LAWS, *LOSS_LAWS)} | {NEUTRAL}
    assert laws == {wrong.law for wrong in SHELF}
