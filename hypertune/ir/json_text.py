"""JSON as its standard has it, with whole numbers that 64 bits hold."""

from __future__ import annotations

import json
from typing import Any, Final

_LARGEST: Final = 2**63 - 1


def parsed(text: str | bytes) -> Any:
    """What a JSON text says.

    Raises:
        ValueError: if it is no such text.
        RecursionError: if it is nested more deeply than Python reads.

    """
    return json.loads(text, parse_constant=_refuse, parse_int=_whole)


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no number in JSON")


def _whole(digits: str) -> int:
    if abs(number := int(digits)) > _LARGEST:
        raise ValueError(f"a whole number of {len(digits)} digits is too large")
    return number
