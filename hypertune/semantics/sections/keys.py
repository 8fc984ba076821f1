"""What can be set in each section."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hypertune.semantics.sections import data, objective, tuning

SETTINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "data": data.KEYS,
    "objective": objective.KEYS,
    "tune": tuning.KEYS,
}
