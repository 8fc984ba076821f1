"""What may be done to training examples, one augmentation to a file."""

from __future__ import annotations

from hypertune.augment.cutout import CUTOUT
from hypertune.catalogue import Kind

STANDARD: tuple[Kind, ...] = (CUTOUT,)
