"""Who writes a spec: chance, and what is declared so far."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

from attrs import define, field, frozen

T = TypeVar("T")

STEMS = (
    *("width", "depth", "rate_in", "h2", "a", "x_", "very_long_name_of_a_thing", "p", "q", "tau"),
    # words that mean something else elsewhere
    *(
        "fixed",
        "example",
        "batch",
        "add",
        "concat",
        "mean",
        "mul",
        "epochs",
        "steps",
        "relu",
        "linear",
        "stn",
    ),
    *("adam", "digits", "accuracy", "auto", "cuda", "standardize", "seed", "train", "linear_1"),
)


@frozen
class Constant:
    """What a `let` names."""

    name: str
    value: object


@frozen
class Tunable:
    """One hyperparameter, or one for each of something (`over`), as it is written in its place.

    A choice has `words` instead of ends.
    """

    text: str
    low: float
    high: float
    whole: bool
    per_batch: bool
    tuned: bool
    over: str = ""
    words: tuple[str, ...] = ()


@define
class Author:
    """Draws; remembers what there is to refer to."""

    random: Random
    follows: bool = False  # whether some method tunes what is not frozen
    constants: list[Constant] = field(factory=list)
    tunables: list[Tunable] = field(factory=list)
    given: list[str] = field(factory=list)  # what may stand after `given`
    taken: set[str] = field(factory=set)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def pick(self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    def number(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return self.random.randint(low, high)

    def shuffled(self, items: Sequence[T]) -> list[T]:
        return self.random.sample(list(items), len(items))

    def name(self, taken: set[str] | None = None) -> str:
        """A name that nothing has."""
        taken = self.taken if taken is None else taken
        stem = self.pick(STEMS)
        while stem in taken:
            stem = f"{self.pick(STEMS)}{self.number(2, 99)}"
        taken.add(stem)
        return stem

    def tunable(
        self, low: float, high: float, *, whole: bool = False, each: str = "example"
    ) -> Tunable | None:
        """A hyperparameter for an argument from `low` to `high` (excluded), if there is one.

        There may be one for every `each`; none of those is followed by a method.
        """
        fit = [
            t
            for t in self.tunables
            if low <= t.low
            and (t.high < high or (t.high == high and not t.whole))
            and (t.whole or not whole)
            and not t.words
            and self._can_stand(t, each)
        ]
        return self.pick(fit) if fit else None

    def choice(self, words: Sequence[str]) -> Tunable | None:
        """A choice among some of the words, if there is one."""
        fit = [
            t
            for t in self.tunables
            if t.words and {*t.words} <= {*words} and self._can_stand(t, "example")
        ]
        return self.pick(fit) if fit else None

    def _can_stand(self, tunable: Tunable, each: str) -> bool:
        if tunable.over not in ("", each):
            return False
        return not (self.follows and tunable.tuned and (tunable.over or each == "optimiser"))
