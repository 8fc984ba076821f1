"""Text to tokens: everything is read as something, and what is wrong is told at its place."""

from __future__ import annotations

import re
from math import isinf

from attrs import define, field
from lark import Lark, Token

from hypertune.diagnostics import Diagnostic, Help, Source, Span
from hypertune.syntax.ast import Comment
from hypertune.syntax.mistakes import BadCharacter, BadName, BadNumber, UnendedString

_LOOKALIKES = {
    "×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "—": "-", "“": '"', "”": '"', "„": '"',
    "‘": '"', "’": '"', "'": '"', "`": '"', "^": "**", "，": ",", "：": ":", "；": ";",
    "（": "(", "）": ")", "＝": "=",
}  # fmt: skip


@define
class Scan:
    """What was found in a text."""

    source: Source
    tokens: list[Token] = field(factory=list)
    comments: list[Comment] = field(factory=list)
    mistakes: list[Diagnostic] = field(factory=list)

    def span(self, token: Token) -> Span:
        return Span(self.source, token.start_pos or 0, token.end_pos or 0)


def scan(source: Source, lexer: Lark) -> Scan:
    """Cut the text into tokens, with the likeliest repair for those that are none."""
    found = Scan(source)
    for token in lexer.lex(source.text):
        if token.type == "COMMENT":
            found.comments.append(Comment(found.span(token), token.rstrip()))
        elif token.type == "BAD_CHARACTER":
            _bad_character(found, token)
        else:
            found.tokens.append(_checked(found, token))
    return found


def _checked(found: Scan, token: Token) -> Token:
    match token.type:
        case "BAD_NAME":
            found.mistakes.append(BadName(found.span(token), str(token), _snake(token)))
            return token.update(type="NAME")
        case "BAD_STRING":
            found.mistakes.append(UnendedString(found.span(token)))
            return token.update(type="STRING")
        case "BAD_NUMBER":
            problem, better = _malformed(token)
            found.mistakes.append(BadNumber(found.span(token), str(token), problem, better))
            return token.update(type="NUMBER")
        case "NUMBER" if problem := _out_of_range(token):
            short = token if len(token) <= 24 else f"{token[:20]}…"
            found.mistakes.append(BadNumber(found.span(token), short, problem, ""))
        case "STRING" if not token.isprintable():
            _unprintable(found, token)
    return token


def _bad_character(found: Scan, token: Token) -> None:
    at = token.start_pos or 0
    if token == "\ufeff" and at == 0:  # a byte order mark
        return
    last = found.mistakes[-1] if found.mistakes else None
    if isinstance(last, BadCharacter) and last.span is not None and last.span.end == at:
        # One report for a run of them: a binary file would otherwise bring thousands.
        found.mistakes[-1] = BadCharacter(
            Span(found.source, last.span.start, at + 1), "this run of characters"
        )
        return
    better = _LOOKALIKES.get(token)
    helps = (Help(f"write `{better}`"),) if better else ()
    found.mistakes.append(BadCharacter(found.span(token), _called(token), helps))


def _unprintable(found: Scan, token: Token) -> None:
    for offset, character in enumerate(token):
        if ord(character) < 0x20 and character != "\t":
            at = (token.start_pos or 0) + offset
            span = Span(found.source, at, at + 1)
            found.mistakes.append(BadCharacter(span, _called(character)))
            return


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
