"""Mistakes and warnings as they are found, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, ParamSpec, TypeVar

from attrs import define, field

from hypertune.diagnostics import Diagnostic, Span, SpecError, in_source_order
from hypertune.syntax.mistakes import TooManyMistakes

A = TypeVar("A")
P = ParamSpec("P")
T = TypeVar("T")
MOST_MISTAKES: Final = 1_000


class Failed(Exception):
    """Raised where a mistake has been reported: there is no value, and nothing more to say of it.

    Whoever reads several things that do not depend on one another goes on with the others, by
    `every` if all are needed, by `attempt` if not.
    """


def every(read: Callable[[A], T], items: Iterable[A]) -> list[T]:
    """What is read of each; all are read, so that the mistakes of all are reported.

    Raises:
        Failed: if one of them is wrong.

    """
    found, failed = [], False
    for item in items:
        try:
            found.append(read(item))
        except Failed:
            failed = True
    if failed:
        raise Failed
    return found


def attempt(read: Callable[P, T], *args: P.args, **named: P.kwargs) -> T | None:
    """What is read of something; None if that is wrong."""
    try:
        return read(*args, **named)
    except Failed:
        return None


@define
class Findings:
    """What a checker has found so far.

    A body that is used many times over (a block, a repeat) shows the same mistake at the same
    place each time; it is kept once.
    """

    _found: dict[tuple[object, ...], Diagnostic] = field(factory=dict)
    _errors: int = 0

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep what was found; of very many mistakes the first, which end the reading.

        Raises:
            SpecError: with these.

        """
        span = diagnostic.span
        place = (span.source.name, span.start, span.end) if span else ()
        key = (diagnostic.message, *place)
        if key in self._found:
            return
        self._errors += diagnostic.severity == "error"
        if self._errors > MOST_MISTAKES:
            self._found[()] = TooManyMistakes(None, f"{MOST_MISTAKES:_}")
            self.refuse()
        self._found[key] = diagnostic

    def fail(self, diagnostic: Diagnostic) -> Failed:
        """Report a mistake; what comes back is to be raised."""
        self.add(diagnostic)
        return Failed()

    def about(self, span: Span) -> bool:
        """Whether something was found at this very place."""
        place = (span.source.name, span.start, span.end)
        return any(key[1:] == place for key in self._found)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """In source order."""
        return in_source_order(d for d in self._found.values() if d.severity == "warning")

    @property
    def mistakes(self) -> tuple[Diagnostic, ...]:
        """In source order."""
        return in_source_order(d for d in self._found.values() if d.severity == "error")

    def refuse(self) -> None:
        """End here if there are mistakes; warnings wait until there are none.

        What seems unused may well be used where a mistake stands.

        Raises:
            SpecError: with all of them.

        """
        if self.mistakes:
            raise SpecError(self.mistakes)
