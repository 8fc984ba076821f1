"""What may be done to training examples, one augmentation to a file."""

from __future__ import annotations

from hypertune.augment.affine import AFFINE
from hypertune.augment.autocontrast import AUTOCONTRAST
from hypertune.augment.color_jitter import COLOR_JITTER
from hypertune.augment.crop import CROP
from hypertune.augment.cutmix import CUTMIX
from hypertune.augment.cutout import CUTOUT
from hypertune.augment.erase import ERASE
from hypertune.augment.feature_dropout import FEATURE_DROPOUT
from hypertune.augment.feature_noise import FEATURE_NOISE
from hypertune.augment.flip import FLIP
from hypertune.augment.gaussian_blur import GAUSSIAN_BLUR
from hypertune.augment.gaussian_noise import GAUSSIAN_NOISE
from hypertune.augment.input_scale import INPUT_SCALE
from hypertune.augment.mixup import MIXUP
from hypertune.augment.posterize import POSTERIZE
from hypertune.augment.solarize import SOLARIZE
from hypertune.augment.token_noise import TOKEN_NOISE
from hypertune.augment.word_dropout import WORD_DROPOUT
from hypertune.catalogue import Kind

STANDARD: tuple[Kind, ...] = (
    FLIP,
    CROP,
    AFFINE,
    COLOR_JITTER,
    AUTOCONTRAST,
    POSTERIZE,
    SOLARIZE,
    GAUSSIAN_BLUR,
    GAUSSIAN_NOISE,
    CUTOUT,
    ERASE,
    INPUT_SCALE,
    MIXUP,
    CUTMIX,
    FEATURE_NOISE,
    FEATURE_DROPOUT,
    WORD_DROPOUT,
    TOKEN_NOISE,
)
