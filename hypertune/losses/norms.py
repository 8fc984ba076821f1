"""What penalties on weights share: the layer that they are on."""

from __future__ import annotations

from typing import Final

from hypertune.catalogue import Arg

OF: Final = Arg(
    "of", "label", "the layer whose weights are penalised; without it, all layers", default=None
)
EXEMPT: Final = "biases and the gains of normalisations left out"
