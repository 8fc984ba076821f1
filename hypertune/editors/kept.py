"""What was made of an earlier state of a text, and where its places are now."""

from __future__ import annotations

from typing import Generic, TypeVar

from attrs import evolve, frozen

T = TypeVar("T")


@frozen
class Kept(Generic[T]):
    """A value made of the text `old`, of which the text as it is shares beginning and end."""

    value: T
    old: str
    head: int  # characters at the beginning that still stand
    tail: int  # and at the end
    growth: int = 0  # how much longer the text has become

    @classmethod
    def of(cls, value: T, text: str) -> Kept[T]:
        return cls(value, text, len(text), 0)

    @property
    def current(self) -> bool:
        """Whether the text is still the one that this was made of."""
        return self.head == len(self.old) and not self.growth

    def under(self, text: str) -> Kept[T]:
        """The same value beside a newer text."""
        head = _shared(self.old, text)
        rest = min(len(self.old), len(text)) - head
        tail = _shared(_mirrored(self.old, rest), _mirrored(text, rest))
        return evolve(self, head=head, tail=tail, growth=len(text) - len(self.old))

    def before(self, offset: int) -> int | None:
        """Where the character at a place stood in the old text; None if it is new."""
        old = offset - self.growth
        if len(self.old) - old <= self.tail:
            return old
        return offset if offset <= self.head else None

    def about(self, offset: int) -> int:
        """The same; for a new character, the place of the old text where it was put in."""
        old = self.before(offset)
        return self.head if old is None else old

    def now(self, start: int, end: int) -> tuple[int, int] | None:
        """Where a run of the old text stands; None if it was changed."""
        if end <= self.head:
            return start, end
        if len(self.old) - start <= self.tail:
            return start + self.growth, end + self.growth
        return None


def _mirrored(text: str, size: int) -> str:
    """The last `size` characters, last one first."""
    return text[len(text) - size :][::-1]


def _shared(left: str, right: str) -> int:
    """How many characters both begin with."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(left), len(right)))
