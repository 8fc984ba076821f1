"""What is wrong with a program that was not made by the compiler, or was changed since."""

from __future__ import annotations


class DamagedProgram(Exception):
    """A program that cannot be used; the text is one sentence that names the place."""

    def __init__(self, place: str, why: str) -> None:
        super().__init__(f"{place}: {why}" if place else why)
        self.place = place
        self.why = why
