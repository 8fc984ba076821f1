"""Text to tokens: everything is read as something, and what is wrong is reported at its place."""

from __future__ import annotations

import re
from math import isinf

from attrs import define, field
from lark import Lark, Token

from hypertune.diagnostics import Diagnostic, Source, Span, SpecError
from hypertune.syntax.ast import Comment
from hypertune.syntax.mistakes import BadCharacter, BadName, BadNumber, TooLong, UnendedString

OPERATORS = {"PLUS", "MINUS", "STAR", "SLASH", "FLOOR", "PERCENT", "POWER"}
STATEMENTS = {
    "HSPEC", "INCLUDE", "LET", "HYPER", "DATA", "OBJECTIVE", "TUNE", "MODEL", "BLOCK",
}  # fmt: skip
RESERVED = STATEMENTS | {
    "GIVEN", "ON", "AS", "PER", "SPREAD", "PRIOR", "FROZEN", "REPEAT", "RESIDUAL", "SHORTCUT",
    "BRANCH",
}  # fmt: skip
MERGES = {"ADD", "CONCAT", "MEAN", "MUL"}
CONTEXTUAL = MERGES | {"FIXED", "EXAMPLE", "BATCH"}  # words of the language that may be names too
# Of a text, so that none takes longer than somebody would wait.
MOST_CHARACTERS = 1_000_000
_MOST_TOKENS = 200_000  # comments and line breaks included
# What is often pasted from a document, and what was meant.
_LOOKALIKES = {
    "\u00d7": "*", "\u00b7": "*", "\u00f7": "/", "\u2212": "-", "\u2013": "-", "\u2014": "-",
    "^": "**", "\u201c": '"', "\u201d": '"', "\uff0c": ",", "\uff1a": ":", "\uff1b": ";",
    "\uff08": "(", "\uff09": ")", "\uff1d": "=",
}  # fmt: skip


@define
class Scan:
    """What was found in a text."""

    source: Source
    tokens: list[Token] = field(factory=list)
    comments: list[Comment] = field(factory=list)
    mistakes: list[Diagnostic] = field(factory=list)
    garbled: set[int] = field(factory=set)  # lines whose structure is lost with their characters

    def span(self, token: Token) -> Span:
        return Span(self.source, token.start_pos or 0, token.end_pos or 0)


def first_of_statement(tokens: list[Token], index: int) -> int:
    """Where the statement or piece begins that a place belongs to."""
    while index and tokens[index - 1].type not in ("_END", "LBRACE", "RBRACE"):
        index -= 1
    return index


def scan(source: Source, lexer: Lark) -> Scan:
    """Cut the text into tokens, with the likeliest repair for those that are none.

    Raises:
        SpecError: if it is too long.

    """
    found = Scan(source)
    if len(source.text) > MOST_CHARACTERS:
        raise SpecError([_too_long(source, MOST_CHARACTERS, f"{MOST_CHARACTERS:_} characters")])
    for count, token in enumerate(lexer.lex(source.text)):
        if count == _MOST_TOKENS:
            at = token.start_pos or 0
            raise SpecError([_too_long(source, at, f"{_MOST_TOKENS:_} words and signs")])
        if token.type == "COMMENT":
            found.comments.append(Comment(found.span(token), token.rstrip()))
        elif token.type == "BAD_CHARACTER":
            _bad_character(found, token)
        else:
            found.tokens.append(_repaired(found, token))
    return found


def _too_long(source: Source, at: int, limit: str) -> TooLong:
    return TooLong(Span(source, at, at + 1), limit)


def _repaired(found: Scan, token: Token) -> Token:
    span = found.span(token)
    match token.type:
        case "BAD_NAME":
            found.mistakes.append(BadName(span, str(token), _snake(token)))
            return token.update(type="NAME")
        case "BAD_NUMBER":
            found.mistakes.append(BadNumber(span, _short(token), *_malformed(token)))
            return token.update(type="NUMBER")
        case "NUMBER" if problem := _out_of_range(token):
            found.mistakes.append(BadNumber(span, _short(token), problem, ""))
        case "BAD_STRING":
            found.mistakes.append(_bad_string(span))
            found.garbled.add(span.position[0])
            return token.update(type="STRING")
        case "STRING" if not token.isprintable():
            _unprintable(found, token)
    return token


def _bad_string(span: Span) -> Diagnostic:
    text = span.text
    if text.startswith('"'):
        return UnendedString(span)
    inside = text.strip("'\u2018\u2019\u201c\u201d")
    return BadCharacter(span, f"`{text[0]}`", f'write `"{inside}"`')


def _bad_character(found: Scan, token: Token) -> None:
    span = found.span(token)
    if token == "\ufeff" and span.start == 0:  # a byte order mark
        return
    line = span.position[0]
    if line in found.garbled:  # one report a line: a binary file would bring thousands
        return
    found.garbled.add(line)
    found.mistakes.append(BadCharacter(span, _called(token), _repair(token)))


def _repair(character: str) -> str:
    if better := _LOOKALIKES.get(character):
        return f"write `{better}`"
    if character == "\\":
        return "inside `( )` an expression goes on over line breaks"
    if character.isspace():
        return "write a space"
    return "" if character.isprintable() else "delete it: it cannot be seen"


def _unprintable(found: Scan, token: Token) -> None:
    for offset, character in enumerate(token, token.start_pos or 0):
        if ord(character) < 0x20 and character != "\t":
            span = Span(found.source, offset, offset + 1)
            found.mistakes.append(BadCharacter(span, _called(character)))
            return


def _short(text: str) -> str:
    return str(text) if len(text) <= 24 else f"{text[:20]}…"


def _called(character: str) -> str:
    return f"`{character}`" if character.isprintable() else f"the character U+{ord(character):04X}"


def _snake(name: str) -> str:
    """`hiddenWidth` as `hidden_width`, or nothing if that is no name either."""
    better = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().lstrip("_")
    return better if re.fullmatch(r"[a-z][a-z0-9_]*", better) else ""


def _malformed(text: str) -> tuple[str, str]:
    if unit := re.fullmatch(r"([0-9][0-9_]*)([a-z]+)", text):
        return "is not a number", f"{unit[1]} {unit[2]}"
    if re.fullmatch(r"\.[0-9]+(e[0-9]+)?", text):
        return "has no digit before the point", f"0{text}"
    if re.fullmatch(r"[0-9]+\.", text):
        return "has no digit after the point", f"{text}0"
    return "is not a number", ""


def _out_of_range(text: str) -> str:
    value = float(text.rstrip("%").replace("_", ""))
    if isinf(value):
        return "is too large"
    mantissa = re.split("[eE]", text)[0]
    return "is too small to tell from zero" if value == 0 and mantissa.strip("0._%") else ""
