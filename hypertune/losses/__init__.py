"""The losses, penalties and metrics that come with the house, one to a file."""

from __future__ import annotations

from hypertune.catalogue import Kind
from hypertune.losses.absolute import MAE
from hypertune.losses.accuracy import ACCURACY, ERROR
from hypertune.losses.cross_entropy import CROSS_ENTROPY
from hypertune.losses.l1 import L1
from hypertune.losses.l2 import L2
from hypertune.losses.on_outputs import ACTIVATION, TEMPORAL
from hypertune.losses.perplexity import PERPLEXITY
from hypertune.losses.squared import MSE, RMSE, SQUARED

STANDARD: tuple[Kind, ...] = (
    *(CROSS_ENTROPY, MSE, L2, L1, ACTIVATION, TEMPORAL),
    *(ACCURACY, ERROR, PERPLEXITY, SQUARED, RMSE, MAE),
)
