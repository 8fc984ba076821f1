"""Tokens of a text, and the numbers that stand for them."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import frozen

from hypertune.catalogue import UNKNOWN, Arg, Unreadable

_LINE_END: Final = "<eos>"
_WORDS_AND_SIGNS: Final = re.compile(r"\w+|[^\w\s]")

TOKENS: Final = Arg(
    "tokens",
    "string",
    "what a token is: a word (whatever stands between spaces) or the end of a line (`<eos>`); a "
    "character; or a byte of UTF-8",
    default="words",
    choices=("words", "characters", "bytes"),
)


@frozen
class Text:
    """What a file holds; its name is for messages."""

    name: str
    content: str

    def tokens(self, kind: str, apart: bool = False) -> Iterator[tuple[int, str]]:
        """The line and the text of each token, in order.

        Args:
            kind: one of the choices of `TOKENS`.
            apart: have signs as words of their own.

        """
        lines = self.content.removesuffix("\n").split("\n")
        for number, line in enumerate(lines, 1):
            if kind == "words":
                found = _WORDS_AND_SIGNS.findall(line) if apart else line.split()
                yield from ((number, word) for word in found)
                yield number, _LINE_END
            elif kind == "characters":
                yield from ((number, character) for character in f"{line}\n")
            else:
                yield from ((number, _byte(byte)) for byte in f"{line}\n".encode())


@frozen
class Vocabulary:
    """The tokens that there are, and the place of each among them."""

    words: tuple[str, ...]
    places: Mapping[str, int]

    def encoded(self, text: Text, tokens: Iterator[tuple[int, str]]) -> array[int]:
        """The place of each token; that of `<unk>` for one that is not known.

        Raises:
            Unreadable: if there is no `<unk>`.

        """
        found, unknown = array("q"), self.places.get(UNKNOWN)
        for line, token in tokens:
            place = self.places.get(token, unknown)
            if place is None:
                raise Unreadable(
                    f"{text.name}, line {line}: the training text has no {token!r}, and no "
                    f"`{UNKNOWN}` that could stand for it"
                )
            found.append(place)
        return found


def vocabulary(kind: str, tokens: Iterator[tuple[int, str]], fewest: int = 1) -> Vocabulary:
    """The tokens of a training text in the order in which they come; all bytes there are.

    Args:
        kind: one of the choices of `TOKENS`.
        tokens: of the training text.
        fewest: how often a token must be there; `<unk>` stands for those that are not. Without it
            every token counts.

    """
    if kind == "bytes":
        words = [_byte(byte) for byte in range(256)]
    else:
        counts = Counter(token for _, token in tokens)
        words = [token for token, count in counts.items() if count >= fewest]
        words += [UNKNOWN] * (fewest > 1 and UNKNOWN not in words)
    return Vocabulary(tuple(words), {word: place for place, word in enumerate(words)})


def _byte(byte: int) -> str:
    return f"0x{byte:02x}"
