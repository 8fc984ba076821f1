"""What is the same in every search: a method that trains many times, each from other starts."""

from __future__ import annotations

from collections.abc import Sequence

from hypertune.catalogue import Arg, Args, Domain, Use

KEEP = Arg(
    "keep",
    "string",
    "the trials whose weights stay on the disk",
    default="best",
    choices=("best", "all"),
)
FOLLOWS = frozenset(Use)  # a training is compared with others, whatever was changed in it
OPTIMISERS = {"weights": ""}


def trials(default: int) -> Arg:
    return Arg("trials", "int", "how often to train", default=default, low=1)


def as_asked(args: Args, domains: Sequence[Domain]) -> int:
    """How many trials there are where that is an option."""
    count: int = args["trials"]
    return count
