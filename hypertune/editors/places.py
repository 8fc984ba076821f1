"""Runs of characters in several texts."""

from __future__ import annotations

from attrs import frozen

Run = tuple[int, int]  # of characters: where it starts and ends


@frozen(order=True)
class Place:
    """A run in the text of a name."""

    name: str
    start: int
    end: int

    @property
    def run(self) -> Run:
        return self.start, self.end


def replaced(text: str, runs: list[Run], word: str) -> str:
    """The text with `word` in the place of each run; they are in order and do not overlap."""
    parts, last = [], 0
    for start, end in runs:
        parts += [text[last:start], word]
        last = end
    return "".join([*parts, text[last:]])
