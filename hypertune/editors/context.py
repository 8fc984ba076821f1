"""Where a place lies in a text that may be half written: in which statement, key and call."""

from __future__ import annotations

import re
from typing import Final

from attrs import define, field, frozen

from hypertune.editors.vocabulary import STATEMENTS

_TOKEN: Final = re.compile(
    r"(?P<comment>#[^\n]*)|(?P<string>\"[^\"\n]*\"?)|(?P<number>[0-9][\w.]*%?)"
    r"|(?P<word>[^\W\d]\w*)|(?P<end>\r?\n|;)|(?P<sign>\*\*|//|[^\s\w])"
)
_WORD: Final = re.compile(r"[^\W\d]\w*")
_GOES_ON: Final = frozenset([",", "=", ":", "(", "[", "+", "-", "*", "/", "//", "%", "**"])


@frozen
class OpenCall:
    """A call whose brackets are open; `kind` is empty for a tuple.

    `named` are the arguments written by name so far, `positional` how many are not; `arg` is the
    name of the one at hand, if it is written.
    """

    kind: str
    named: tuple[str, ...] = ()
    positional: int = 0
    arg: str = ""


@frozen
class Context:
    """What surrounds a place.

    `statement` is the first word of the statement around it, `inner` whether it stands between
    the braces of that statement, `words` what its line holds so far at the depth of the line,
    `calls` are the open brackets, outermost first, and `last` is the token right before.
    """

    statement: str = ""
    inner: bool = False
    words: tuple[str, ...] = ()
    calls: tuple[OpenCall, ...] = ()
    last: str = ""
    inert: bool = False  # in a comment or a string

    @property
    def key(self) -> str:
        """The key of the setting whose value stands here."""
        settled = self.inner and len(self.words) >= 2 and self.words[1] == "="
        return self.words[0] if settled else ""


@frozen
class Word:
    """A word of a text and where it begins."""

    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def word_at(text: str, offset: int) -> Word | None:
    """The word that touches a place, if any."""
    line = text.rfind("\n", 0, offset) + 1
    for found in _WORD.finditer(text, line):
        if found.start() > offset:
            return None
        if found.end() >= offset:
            return Word(found[0], found.start())
    return None


def word_before(text: str, offset: int) -> str:
    """As much of a word as is written up to a place."""
    word = word_at(text, offset)
    return word.text[: offset - word.start] if word else ""


def context_at(text: str, offset: int) -> Context:
    """What surrounds a place; a word that is being written there does not count."""
    work = _Walk()
    offset -= len(word_before(text, offset))
    for found in _TOKEN.finditer(text, 0, offset):
        open_end = found.end() == offset
        if found.lastgroup == "comment" and open_end:
            return Context(inert=True)
        if found.lastgroup == "string" and open_end and not _closed(found[0]):
            return Context(inert=True)
        if found.lastgroup != "comment":
            work.take(found[0], found.lastgroup or "")
    return work.context()


def _closed(string: str) -> bool:
    return len(string) > 1 and string.endswith('"')


@define
class _Walk:
    """Reads tokens; `braces` holds the words before each `{`, `calls` the brackets after it."""

    words: list[str] = field(factory=list)
    braces: list[list[str]] = field(factory=list)
    calls: list[tuple[str, list[str]]] = field(factory=list)  # what opened it, and its words

    def take(self, token: str, sort: str) -> None:
        if self.calls and self._breaks_out(token, sort):
            self.calls.clear()
        if token in STATEMENTS and not self.words:
            self.braces.clear()  # no statement stands inside another: a `}` was left out
        here = self.calls[-1][1] if self.calls else self.words
        if sort == "end":
            if not self.calls:
                self.words.clear()
        elif token in ("(", "["):
            kind = here[-1] if here and _WORD.fullmatch(here[-1]) else ""
            self.calls.append((kind if token == "(" else "[", []))
            here.append(token)
        elif token in (")", "]"):
            if self.calls:
                self.calls.pop()
                (self.calls[-1][1] if self.calls else self.words).append(token)
        elif token == "{":
            self.braces.append(self.words)
            self.words = []
        elif token == "}":
            self.words = self.braces.pop() if self.braces else []
            self.words.append(token)
        else:
            here.append(token)

    def _breaks_out(self, token: str, sort: str) -> bool:
        """Whether open brackets cannot be meant to reach beyond this token."""
        if token in ("{", "}", ";"):
            return True
        before = self.calls[-1][1]
        # A line that ends after a whole value, with its bracket still open, was left unfinished.
        return sort == "end" and bool(before) and before[-1] not in _GOES_ON

    def context(self) -> Context:
        header = self.braces[0] if self.braces else self.words
        statement = next((word for word in header if word in STATEMENTS), "")
        calls = tuple(_open_call(kind, words) for kind, words in self.calls)
        here = self.calls[-1][1] if self.calls else self.words
        last = here[-1] if here else "(" * bool(self.calls)
        return Context(statement, bool(self.braces), tuple(self.words), calls, last)


def _open_call(kind: str, words: list[str]) -> OpenCall:
    args: list[list[str]] = [[]]
    for word in words:
        if word == ",":
            args.append([])
        else:
            args[-1].append(word)
    named = tuple(arg[0] for arg in args if arg[1:2] == ["="])
    positional = sum(1 for arg in args[:-1] if arg and arg[1:2] != ["="])
    arg = args[-1][0] if args[-1][1:2] == ["="] else ""
    return OpenCall(kind, named, positional, arg)
