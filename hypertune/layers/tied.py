"""The argument by which a layer has the weight of another."""

from __future__ import annotations

from hypertune.catalogue import Arg

TIED = Arg("tied", "label", "the layer whose weight it has instead of its own", default=None)
