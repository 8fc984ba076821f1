"""How a value moved, in one line of text."""

from __future__ import annotations

from collections.abc import Sequence

from hypertune.reporting.numbers import short

_BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 50


def course(name: str, values: Sequence[float | str]) -> str:
    """A name, the first value, bars from the smallest to the largest, and the last value.

    Of more values than there is room for, evenly spaced ones are shown; words have no bars.
    """
    first, last = short(values[0]).rjust(10), short(values[-1])
    return f"{name:16} {first}  {_bars(_thinned(values))}  {last}"


def _thinned(values: Sequence[float | str]) -> list[float | str]:
    if len(values) <= _WIDTH:
        return list(values)
    return [values[round(place * (len(values) - 1) / (_WIDTH - 1))] for place in range(_WIDTH)]


def _bars(values: Sequence[float | str]) -> str:
    numbers = [value for value in values if not isinstance(value, str)]
    if len(numbers) < len(values):
        return " ".join(str(value) for value in dict.fromkeys(values))
    low, high = min(numbers), max(numbers)
    if low == high:
        return _BARS[0] * len(numbers)
    steps = len(_BARS) - 1
    return "".join(_BARS[round(steps * (x - low) / (high - low))] for x in numbers)
