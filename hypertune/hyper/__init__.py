"""The domains of hyperparameters, one to a file, and their unconstrained coordinates."""

from __future__ import annotations

from hypertune.catalogue import Kind
from hypertune.hyper.choice import CHOICE
from hypertune.hyper.integer import INT
from hypertune.hyper.logarithmic import LOG
from hypertune.hyper.positive import POSITIVE
from hypertune.hyper.rate import RATE
from hypertune.hyper.real import REAL

STANDARD: tuple[Kind, ...] = (REAL, RATE, POSITIVE, LOG, INT, CHOICE)
