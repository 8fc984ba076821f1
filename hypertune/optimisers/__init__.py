"""Torch's optimisers and schedules under their names in specs, as tables that need no torch."""

from __future__ import annotations

from hypertune.catalogue import Kind
from hypertune.optimisers.algorithms import ALGORITHMS
from hypertune.optimisers.schedules import SCHEDULES

STANDARD: tuple[Kind, ...] = (*ALGORITHMS, *SCHEDULES)
