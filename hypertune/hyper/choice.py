"""`choice("a", "b", …)`: one of some words.

The unconstrained values are one logit for each word, read as the largest; the start's logit is 1
and the others are 0, so that with the default scale of perturbations another word is drawn now
and then.
"""

from __future__ import annotations

from math import inf
from typing import Any

from hypertune.catalogue import Arg, Args, DomainType


def _words(args: Args) -> tuple[str, ...]:
    words = args["words"]
    return words if isinstance(words, tuple) else (words,)


def _refuses(args: Args) -> str:
    words = _words(args)
    if len(words) < 2:
        return "a choice is among two words or more"
    return "" if len(set(words)) == len(words) else "a word stands twice"


def _bounds(args: Args) -> tuple[float, float]:
    return -inf, inf


def _itself(logit: Any, lo: Any, hi: Any) -> Any:
    return logit


CHOICE = DomainType(
    name="choice",
    doc="one of some words, each with an unconstrained value of its own; the largest is read",
    args=(Arg("words", "words", "what there is to choose from", rest=True),),
    bounds=_bounds,
    unconstrain=_itself,
    constrain=_itself,
    constrain_tensor=_itself,
    discrete=True,
    refuses=_refuses,
    words=_words,
)
