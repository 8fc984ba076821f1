"""What could have stood somewhere, in the words of the language."""

from __future__ import annotations

from lark import Token

from hypertune.syntax.mistakes import Unexpected
from hypertune.syntax.tokens import Scan

_SIGNS = {
    "COMMA": "`,`", "COLON": "`:`", "EQUAL": "`=`", "DOT": "`.`", "STAR": "`*`",
    "LPAR": "`(`", "RPAR": "`)`", "LSQB": "`[`", "RSQB": "`]`", "LBRACE": "`{`", "RBRACE": "`}`",
    "NUMBER": "a number", "STRING": "a string", "NAME": "a name",
    "_END": "the end of the line", "$END": "the end of the line",
}  # fmt: skip
_OPERATORS = {"PLUS", "MINUS", "STAR", "SLASH", "FLOOR", "PERCENT", "POWER"}
_SOFT_WORDS = {"NAME", "FIXED", "EXAMPLE", "BATCH", "ADD", "CONCAT"}
_RESERVED = {
    "HSPEC", "INCLUDE", "LET", "HYPER", "DATA", "OBJECTIVE", "TUNE", "MODEL", "BLOCK", "GIVEN",
    "ON", "AS", "PER", "SPREAD", "FROZEN", "REPEAT", "RESIDUAL", "SHORTCUT", "BRANCH",
}  # fmt: skip
# What is always offered together is told in one word.
_TOGETHER = (
    ({"NUMBER", "STRING", "NAME"}, _SOFT_WORDS | _RESERVED | {"NUMBER", "STRING", "LPAR", "MINUS"},
     "a value"),
    ({"NAME", "REPEAT", "RESIDUAL"}, _SOFT_WORDS | {"REPEAT", "RESIDUAL", "BRANCH", "_END"},
     "a layer"),
    ({"NAME", "_END", "RBRACE", "FIXED"}, _SOFT_WORDS | {"_END"}, "a setting"),
    ({"HSPEC", "INCLUDE", "LET", "NAME"}, _SOFT_WORDS | _RESERVED, "a name"),
    ({"HSPEC", "INCLUDE", "LET"}, _RESERVED | {"_END", "$END"}, "a statement"),
    ({"PLUS", "POWER"}, _OPERATORS | {"LPAR", "LSQB", "NAME"}, ""),
    ({"PLUS", "MINUS"}, _OPERATORS, ""),
    ({"FIXED", "NAME"}, _SOFT_WORDS, "a name"),
)  # fmt: skip


def unexpected(found: Scan, token: Token, accepted: set[str]) -> Unexpected:
    """The mistake of `token` standing where only `accepted` can."""
    if token.type == "$END":
        name = "end of the text"
    elif token.type == "_END":
        name = "`;`" if token == ";" else "end of the line"
    else:
        name = f"`{token}`"
    return Unexpected(found.span(token), name, expected(accepted))


def expected(accepted: set[str]) -> str:
    """The kinds of token as people call them: "`,` or `)`"."""
    left = set(accepted)
    words = []
    for sign, members, word in _TOGETHER:
        if sign <= left and (word or left - members):
            left -= members
            words += [word] if word else []
    if left & {"_END", "$END"}:
        left -= {"RBRACE"}
    words += sorted({_SIGNS.get(kind, f"`{kind.lower()}`") for kind in left}, key=_order)
    return " or ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _order(word: str) -> tuple[bool, bool, str]:
    return word == _SIGNS["_END"], word.startswith("a "), word
