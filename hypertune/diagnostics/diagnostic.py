"""Diagnostics are values: a class per mistake, its fields the facts."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches
from typing import ClassVar, Final, Literal, dataclass_transform

from attrs import field, frozen

from hypertune.diagnostics.example import Example
from hypertune.diagnostics.source import Span

_MANY: Final = 1_000  # names


@frozen
class Note:
    """A fact that bears on the mistake, at `span` when it has a place."""

    text: str
    span: Span | None = None


@frozen
class Help:
    """What to write instead."""

    text: str


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class _Declared:
    """Makes of every class below it one of attrs."""

    def __init_subclass__(cls) -> None:
        # Without methods that compare: made for a hundred classes, these took a tenth of the time
        # of every command.
        frozen(cls, slots=False, eq=False, repr=False)


class Diagnostic(_Declared):
    """One mistake in a spec. The fields of a subclass are the facts; it sets `code` and `title`.

    `title`, `label`, `notes` and `help` are templates over the fields, in which shapes and names
    are written as in a spec. A note or help is left out where a fact in it, or its place, is empty
    or None. Where that is not enough, `children` gives notes and help. The docstring of the
    subclass is what `hypertune explain` prints, with the `example`. `span` is None where the
    mistake has no place in a text. `causes` are notes of whoever found it, such as where a wrong
    value comes from.
    """

    span: Span | None
    causes: tuple[Note, ...] = field(default=(), kw_only=True)
    code: ClassVar[str]
    title: ClassVar[str]
    label: ClassVar[str] = ""
    notes: ClassVar[tuple[tuple[str, str], ...]] = ()  # a field that is a place ("": none), a text
    help: ClassVar[str | tuple[str, ...]] = ()
    one_of: ClassVar[tuple[str, str]] = ("", "")  # a field that is one of `known`, said of these
    severity: ClassVar[Literal["error", "warning"]] = "error"
    example: ClassVar[Example | None] = None  # there is none of what no spec shows

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.message!r})"

    def children(self) -> tuple[Note | Help, ...]:
        name, are = self.one_of
        known: tuple[str, ...] = getattr(self, "known", ())
        close = did_you_mean(getattr(self, name), known) if name else ()
        listed = (("", f"{are}{{known}}"),) if are else ()
        helps = (self.help,) if isinstance(self.help, str) else self.help
        return (
            *close,
            *(note for place, text in (*listed, *self.notes) for note in self._note(place, text)),
            *(Help(text) for template in helps if (text := self._complete(template))),
        )

    def _note(self, place: str, template: str) -> tuple[Note, ...]:
        span: Span | None = getattr(self, place) if place else None
        text = self._complete(template) if span or not place else ""
        return (Note(text, span),) if text else ()

    def _complete(self, template: str) -> str:
        """A template filled in; nothing if one of its facts is nothing."""
        facts = _Facts(self)
        text = template.format_map(facts)
        return "" if facts.lack else text

    @property
    def details(self) -> tuple[Note | Help, ...]:
        """All notes and help."""
        return (*self.causes, *self.children())

    @property
    def message(self) -> str:
        """The title, filled in."""
        return self.fill(self.title)

    def fill(self, template: str) -> str:
        return template.format_map(_Facts(self))


class _Facts(dict[str, object]):
    """The fields of a mistake by name, as its templates write them."""

    def __init__(self, mistake: Diagnostic) -> None:
        self.mistake = mistake
        self.lack = False  # whether one of those asked for is empty or None

    def __missing__(self, name: str) -> object:
        fact = getattr(self.mistake, name)
        self.lack = self.lack or fact is None or fact in ((), "")
        if not isinstance(fact, tuple):
            return fact
        sizes = all(isinstance(item, int) for item in fact)
        return f"({', '.join(map(str, fact))})" if sizes else ", ".join(f"`{x}`" for x in fact)


def closest(name: str, candidates: Iterable[str]) -> tuple[str, ...]:
    """The candidate that `name` was probably meant to be, if one is close."""
    names = set(candidates)
    if len(names) > _MANY:  # then only those that begin alike are looked at, so that none waits
        names = {other for other in names if other[:2] == name[:2]}
    close = get_close_matches(name, sorted(names)[:_MANY])

    def nearness(other: str) -> tuple[float, bool]:
        return SequenceMatcher(None, other, name).ratio(), other[:1] == name[:1]

    return (max(close, key=nearness),) if close else ()


def nearest(name: str, candidates: Iterable[str], count: int) -> tuple[str, ...]:
    """Those that are most like `name`, however little: first the ones that hold it."""

    def distance(other: str) -> tuple[bool, float, str]:
        return name not in other, -SequenceMatcher(None, other, name).ratio(), other

    return tuple(sorted(sorted(candidates)[:_MANY], key=distance)[:count])


def did_you_mean(name: str, candidates: Iterable[str]) -> tuple[Help, ...]:
    """Help with the candidate that `name` was probably meant to be, if one is close."""
    return tuple(Help(f"did you mean `{found}`?") for found in closest(name, candidates))
