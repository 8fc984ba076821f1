"""The losses, penalties and metrics that come with the house, one to a file."""

from __future__ import annotations

from hypertune.catalogue import Kind
from hypertune.losses.absolute import ABSOLUTE, MAE
from hypertune.losses.accuracy import ACCURACY, ERROR, TOP5
from hypertune.losses.auroc import AUROC
from hypertune.losses.bce import BCE
from hypertune.losses.cross_entropy import CROSS_ENTROPY
from hypertune.losses.elastic import ELASTIC
from hypertune.losses.entropy import ENTROPY
from hypertune.losses.f1 import F1
from hypertune.losses.focal import FOCAL
from hypertune.losses.hinge import HINGE
from hypertune.losses.huber import HUBER
from hypertune.losses.jacobian import JACOBIAN
from hypertune.losses.l1 import L1
from hypertune.losses.l2 import L2
from hypertune.losses.max_norm import MAX_NORM
from hypertune.losses.nll import NLL
from hypertune.losses.on_outputs import ACTIVATION, TEMPORAL
from hypertune.losses.perplexity import PERPLEXITY
from hypertune.losses.r2 import R2
from hypertune.losses.squared import MSE, RMSE, SQUARED

STANDARD: tuple[Kind, ...] = (
    *(CROSS_ENTROPY, BCE, FOCAL, HINGE, NLL, MSE, MAE, HUBER),
    *(L2, L1, ELASTIC, MAX_NORM, ACTIVATION, TEMPORAL, ENTROPY, JACOBIAN),
    *(ACCURACY, ERROR, TOP5, F1, AUROC, PERPLEXITY, SQUARED, RMSE, ABSOLUTE, R2),
)
