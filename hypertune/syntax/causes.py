"""Which mistakes are causes, and which only follow from others."""

from __future__ import annotations

from bisect import bisect_left

from attrs import define, field

from hypertune.diagnostics import Diagnostic
from hypertune.syntax.brackets import DEEPEST
from hypertune.syntax.mistakes import Unclosed, Unexpected, Unopened
from hypertune.syntax.tokens import Scan


@define
class Causes:
    """The brackets that were closed by guess, each of which may explain one thing unexpected."""

    found: Scan
    _ends: list[tuple[int, int]] = field(init=False)  # where closed, and which mistake it is

    @_ends.default
    def _guessed(self) -> list[tuple[int, int]]:
        return sorted(
            (mistake.span.end, index)
            for index, mistake in enumerate(self.found.mistakes)
            if isinstance(mistake, Unclosed) and mistake.span and mistake.bracket != "{"
        )

    def add(self, mistake: Unexpected) -> None:
        """Keep the mistake, or tell the bracket that explains it as missed already there."""
        at = mistake.span.start if mistake.span else 0
        first = bisect_left(self._ends, (at, 0))
        for place, (_, index) in enumerate(self._ends[first : first + DEEPEST], first):
            cause = self.found.mistakes[index]
            if isinstance(cause, Unclosed) and cause.opening.start < at:
                self.found.mistakes[index] = cause.at(mistake)
                del self._ends[place]
                return
        self.found.mistakes.append(mistake)


def causes(found: Scan) -> list[Diagnostic]:
    """The mistakes without those on lines whose characters could not all be read."""
    return [mistake for mistake in found.mistakes if not _garbled(found, mistake)]


def _garbled(found: Scan, mistake: Diagnostic) -> bool:
    if not isinstance(mistake, Unclosed | Unexpected | Unopened) or mistake.span is None:
        return False
    places = [mistake.span, *([mistake.opening] if isinstance(mistake, Unclosed) else [])]
    return any(place.position[0] in found.garbled for place in places)
