"""What could have stood somewhere, in the words of the language."""

from __future__ import annotations

from lark import Token

from hypertune.syntax.habits import advice, misspelt, place
from hypertune.syntax.mistakes import Unexpected
from hypertune.syntax.tokens import CONTEXTUAL, OPERATORS, RESERVED, Scan

_SIGNS = {
    "COMMA": "`,`", "RPAR": "`)`", "RSQB": "`]`", "EQUAL": "`=`", "COLON": "`:`", "DOT": "`.`",
    "LPAR": "`(`", "LSQB": "`[`",
    "NAME": "a name", "NUMBER": "a number", "STRING": "a string",
    "STAR": "`*`", "LBRACE": "`{`", "RBRACE": "`}`",
    "_END": "the end of the line", "$END": "the end of the line",
}  # fmt: skip
_ORDER = {word: place for place, word in enumerate(dict.fromkeys(_SIGNS.values()))}
_WORDS = _ORDER["a name"] - 0.5  # where words of the language come in
_NAMES = {"NAME"} | CONTEXTUAL
# Where all of the first can stand, all of the second are said in one word.
_TOGETHER = (
    ({"NUMBER", "STRING"}, _NAMES | RESERVED | {"NUMBER", "STRING", "LPAR", "MINUS"}, "a value"),
    ({"LET", "NAME"}, _NAMES | RESERVED, "a name"),
    ({"REPEAT", "NAME"}, _NAMES | {"REPEAT", "RESIDUAL", "BRANCH", "_END"}, "a layer"),
    ({"_END", "NAME"}, _NAMES | {"_END"}, "a setting"),
    ({"LET"}, RESERVED | {"_END", "$END"}, "a statement"),
    ({"PLUS"}, OPERATORS | {"LPAR", "LSQB", "UNIT"}, ""),
    ({"NAME"}, _NAMES, "a name"),
    ({"_END"}, {"RBRACE", "$END", "LSQB", "UNIT"}, ""),
)


def unexpected(found: Scan, tokens: list[Token], index: int, accepted: set[str]) -> Unexpected:
    """The mistake of a token standing where only `accepted` can."""
    if accepted == {"EQUAL"} and tokens[index - 1].type in RESERVED:
        # A reserved word can only name an argument: the word is the mistake, not what follows.
        index, accepted = index - 1, {"NUMBER", "STRING"}
    at = place(tokens, index, accepted)
    token, word = misspelt(at) or (at.token, "")
    repair = f"did you mean `{word}`?" if word else advice(at)
    before = token is not at.token and at.follows_layer
    what = "a layer" if before else expected(accepted)
    return Unexpected(found.span(token), _name(token), what, repair)


def expected(accepted: set[str]) -> str:
    """The kinds of token as people call them: "`,` or `)`"."""
    left = set(accepted)
    words = []
    for sign, members, word in _TOGETHER:
        if sign <= left and left - members | {word} != {""}:
            left -= members
            words.append(word)
    words += {_SIGNS.get(kind, f"`{kind.lower()}`") for kind in left}
    ordered = sorted(filter(None, words), key=lambda word: (_ORDER.get(word, _WORDS), word))
    return " or ".join(filter(None, [", ".join(ordered[:-1]), *ordered[-1:]]))


def _name(token: Token) -> str:
    if token.type == "$END":
        return "end of the text"
    return "end of the line" if token.type == "_END" and token != ";" else f"`{token}`"
