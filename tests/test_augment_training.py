"""Augmentations in a training: in their order around `scale`, and tuned."""

import numpy as np
import pytest

import hypertune
from hypertune.data import DataError
from hypertune.lowering import place
from hypertune.runtime import Reported
from hypertune.standard import STANDARD
from hypertune.tuning import prepare

PLAIN = """
hspec 1
data {{
  source = {source}; split = (train = 50%, valid = 50%); batch = 16
  {settings}
}}
model ({shape}) {{ flatten; linear({outputs}) }}
objective {{ train = {loss}; valid = {loss} }}
tune {{ method = fixed; weights = sgd(lr = 0.1); steps = 3 }}
"""
IMAGES = """
hspec 1
hyper p, area                            : real(0, 1)   = 0.3
hyper brightness, contrast, saturation   : real(0, 1)   = 0.2
hyper hue                                : real(0, 0.5) = 0.1
hyper degrees, shear                     : real(0, 45)  = 5
hyper translate, zoom                    : real(0, 0.5) = 0.1
hyper threshold                          : real(0, 1)   = 0.9
hyper sigma, alpha, strength             : positive     = 0.2
hyper bits, holes                        : int(1, 8)    = 4
data {
  source = digits; split = (train = 40%, valid = 30%, test = 30%); scale = standardize; batch = 64
  augment = (flip(p), crop(padding = 1), affine(degrees, translate, zoom, shear),
             color_jitter(brightness, contrast, saturation, hue), autocontrast(p),
             posterize(bits, p), solarize(threshold, p), gaussian_blur(sigma),
             gaussian_noise(sigma), cutout(holes, 2), erase(area), input_scale(strength),
             mixup(alpha), cutmix(alpha))
}
model (1, 8, 8) given * { flatten; linear(10) }
objective { train = cross_entropy; valid = cross_entropy; report = accuracy }
tune {
  method = delta_stn(warmup = 0); weights = sgd(lr = 0.1); hypers = adam(lr = 0.5); steps = 12
}
"""
TABLE = """
hspec 1
hyper sigma, alpha, strength : positive = 0.2
hyper p                      : rate     = 0.2
data {
  source = diabetes; split = (train = 60%, valid = 20%, test = 20%); scale = standardize
  augment = (feature_noise(sigma), feature_dropout(p), input_scale(strength), mixup(alpha))
  batch = 64
}
model (10) given * { linear(1) }
objective { train = mse; valid = mse }
tune { method = stn(warmup = 0); weights = sgd(lr = 0.1); hypers = adam(lr = 0.5); steps = 12 }
"""


def reports(text):
    ready = prepare(place(hypertune.compile_text(text).program, STANDARD, ("cpu",), "cpu"))
    return [event for event in ready.training.run() if isinstance(event, Reported)]


def digits(settings):
    """The losses after some steps on digits with these settings."""
    source = {"source": "digits", "shape": "1, 8, 8", "outputs": 10, "loss": "cross_entropy"}
    [report] = reports(PLAIN.format(settings=settings, **source))
    return report.train_loss, report.valid_loss


@pytest.mark.parametrize("text", [IMAGES, TABLE])
def test_every_strength_is_tuned(text):
    program = hypertune.compile_text(text).program
    [*_, last] = reports(text)
    assert np.isfinite([last.train_loss, last.valid_loss]).all()
    assert set(last.hypers) == {hyper.name for hyper in program.hypers}
    assert [h.name for h in program.hypers if last.hypers[h.name] == h.start] == []


@pytest.mark.parametrize("scale", ["", "scale = standardize", "scale = (mean = 0.3, std = 0.4)"])
def test_pixels_are_augmented_before_they_are_scaled(scale):
    """Noise of deviation 0 cuts off what is not from 0 to 1: nothing of pixels."""
    assert digits(f"{scale}; augment = gaussian_noise(0)") == pytest.approx(
        digits(scale), rel=1e-5
    )


def test_scaled_numbers_are_augmented_after_pixels():
    """All is hidden with zeros, which no longer are pixels of 0.3: nothing is left to invert."""
    scale = "scale = (mean = 0.3, std = 0.4); augment"
    hidden = digits(f"{scale} = cutout(16, 99)")
    assert digits(f"{scale} = (cutout(16, 99), solarize(0.1, p = 1))") == hidden


def test_targets_of_mixed_examples_are_mixed():
    assert digits("augment = mixup(0)") == digits("augment = cutmix(0)") == digits("")
    assert digits("augment = mixup(100)")[0] != digits("")[0]


@pytest.mark.parametrize("largest", [1, 255])
def test_pixels_that_are_not_from_0_to_1_are_told_where_that_matters(tmp_path, largest):
    x = np.linspace(0, largest, 40 * 27, dtype=np.float32).reshape(40, 3, 3, 3)
    np.savez(tmp_path / "images.npz", x=x, y=np.arange(40) % 4)
    source = {"source": f'npz("{tmp_path}/images.npz")', "shape": "3, 3, 3", "outputs": 4}

    def train(augment):
        reports(PLAIN.format(settings=f"augment = {augment}", loss="cross_entropy", **source))

    train("(flip, crop(1), affine(10), gaussian_blur(1))")
    if largest == 1:
        train("color_jitter(hue = 0.1)")
        return
    with pytest.raises(
        DataError, match=r"`color_jitter` needs pixels from 0 to 1, and .* to 2\d\d"
    ):
        train("(flip, color_jitter(hue = 0.1))")
