"""What to write instead of what would be written so in other languages, or is misspelt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import frozen
from lark import Token

from hypertune.diagnostics import closest
from hypertune.syntax.tokens import CONTEXTUAL, MERGES, OPERATORS, RESERVED, STATEMENTS

_VALUE: Final = {"NUMBER", "STRING"}  # where all of these can stand, a value can
_LAYER: Final = {"GIVEN", "AS", "_END"}  # what can stand behind a layer
_WORDS: Final = RESERVED | CONTEXTUAL


@frozen
class Place:
    """A token that cannot stand where it does, between its neighbours."""

    before: Token
    token: Token
    after: Token
    accepted: set[str]

    @property
    def ends_line(self) -> bool:
        return self.token.type == "_END" and self.token != ";"

    @property
    def follows_layer(self) -> bool:
        return self.accepted >= _LAYER

    @property
    def begins_statement(self) -> bool:
        return "LET" in self.accepted


def place(tokens: list[Token], index: int, accepted: set[str]) -> Place:
    """The token at `index`; a text of one token is its own neighbour."""
    last = len(tokens) - 1
    return Place(tokens[max(index - 1, 0)], tokens[index], tokens[min(index + 1, last)], accepted)


def advice(at: Place) -> str:
    """A repair, or nothing."""
    return next(filter(None, (rule(at) for rule in _RULES)), "")


def misspelt(at: Place) -> tuple[Token, str] | None:
    """The word that was probably meant to be one of the language, and that one.

    It may be the token itself, or the name before it: `residul {`, `spred 1`.
    """
    words = [kind.lower() for kind in at.accepted if kind in _WORDS]
    if at.follows_layer and "LPAR" in at.accepted:
        pieces = ("repeat", "residual", "branch")
        opens = at.token.type in MERGES | {"LBRACE", "NUMBER"}
        return _near(at.before, pieces) if opens else _near(at.token, words)
    return _near(at.token, words) or (
        _near(at.before, words) if at.before.type == "UNIT" else None
    )


def _near(token: Token, words: list[str] | tuple[str, ...]) -> tuple[Token, str] | None:
    close = closest(token, words) if token.type in ("NAME", "UNIT") else ()
    return (token, close[0]) if close else None


def _comment(at: Place) -> str:
    """`//`, `--` and `/*`."""
    signs = at.token + (at.after if at.token in ("-", "/") else "")
    begins = at.accepted & {"LET", "REPEAT", "_END"}
    return "a comment begins with `#`" if begins and signs in ("//", "--", "/*", "/**") else ""


def _line_break(at: Place) -> str:
    """An operator at the end of a line, or at the beginning of the next."""
    ends = at.ends_line and at.before.type in OPERATORS
    begins = at.token.type in OPERATORS and at.before.type == "_END"
    return "inside `( )` an expression goes on over line breaks" if ends or begins else ""


def _brace(at: Place) -> str:
    if at.ends_line and "LBRACE" in at.accepted and at.after.type == "LBRACE":
        return "a `{` stands on the line of what it belongs to"
    if at.token.type == "LBRACE" and at.follows_layer:
        return "a body belongs to `residual`, `repeat N` or `branch`"
    return ""


def _word(at: Place) -> str:
    """A word of the language where it has no meaning."""
    word = f"`{at.token}`"
    if at.token.type in STATEMENTS and at.accepted & {"REPEAT", "RBRACE"}:
        return f"a {word} statement stands outside all braces"
    if at.token.type in RESERVED and at.accepted & {"NAME", "NUMBER"}:
        return f"{word} is a word of the language; choose another name"
    if at.token.type == "FIXED" and "FROZEN" in at.accepted:
        return "`frozen` keeps a hyperparameter where it starts"
    return ""


def _list(at: Place) -> str:
    """Several values, or several names, as they are not written."""
    if at.token.type == "LSQB" and at.accepted >= _VALUE:
        return "several values stand in parentheses: `(a, b)`"
    if at.token.type == "LPAR" and at.before.type == "GIVEN":
        return "names after `given` need no parentheses"
    if at.token.type != "COMMA" or "_END" not in at.accepted:
        return ""
    if at.after.type in ("_END", "RBRACE"):
        return "leave the `,` out"
    if at.follows_layer:
        return "two layers on one line are parted by `;`"
    if (at.before + at.after).isdecimal():
        numbers = f"`{at.before}.{at.after}`", f"`({at.before}, {at.after})`"
        return "write {} for a decimal number, {} for two values".format(*numbers)
    return "several values stand in parentheses: `(a, b)`"


def _percentage(at: Place) -> str:
    """`60 %`, which is read as a remainder of a division."""
    spaced = at.before.type == "PERCENT" and at.accepted >= _VALUE
    return "a percentage has no space in it, as in `15%`" if spaced else ""


def _argument(at: Place) -> str:
    """What follows a layer without parentheses: an argument, or another layer."""
    if not at.follows_layer or at.token.type not in ("NAME", "NUMBER"):
        return ""
    if "LPAR" not in at.accepted:
        return "two layers on one line are parted by `;`"
    advice = f"write `{at.before}({at.token})`"
    if at.token.type == "NUMBER":
        return advice
    return f"{advice}, or `{at.before}; {at.token}` if these are two layers"


def _dot(at: Place) -> str:
    if at.token != "." or not at.follows_layer:
        return ""
    return "a layer is called by one word, such as `linear(10)`"


def _naming(at: Place) -> str:
    """`x = …` where names are given in another way."""
    if at.token.type == "EQUAL" and at.follows_layer:
        return f"write `as {at.before}` behind a layer to name what comes out of it"
    if at.token.type == "EQUAL" and {"COLON", "LSQB"} <= at.accepted:
        return f"write `{at.before} : DOMAIN = START`, such as `{at.before} : rate = 0.1`"
    if at.token.type == "NAME" and at.after.type == "EQUAL" and at.begins_statement:
        return f"write `let {at.token} = …` to name a constant"
    return ""


def _shape(at: Place) -> str:
    if at.before.type == "MODEL" and at.accepted == {"LPAR"}:
        return "the shape of an example comes first: `model (1, 8, 8) { … }`"
    return ""


_RULES: Final[tuple[Callable[[Place], str], ...]] = (
    _comment, _brace, _line_break, _word, _list, _percentage, _argument, _dot, _naming, _shape,
)  # fmt: skip
