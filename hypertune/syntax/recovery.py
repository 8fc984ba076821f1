"""How the parser goes on after a mistake: with the next statement, or the body of this one."""

from __future__ import annotations

from typing import Any

from lark import Token
from lark.parsers.lalr_parser_state import ParserState

from hypertune.syntax.tokens import OPERATORS, STATEMENTS, first_of_statement

State = ParserState[Any]

# What makes the beginning of each of these complete, whatever stood there.
_HEADERS = {
    "DATA": (), "OBJECTIVE": (), "TUNE": (), "RESIDUAL": (), "SHORTCUT": (),
    "MODEL": ("LPAR", "RPAR"), "BLOCK": ("NAME",), "REPEAT": ("NUMBER",), "BRANCH": ("ADD",),
}  # fmt: skip
_ENDS = ("_END", "RBRACE", "$END")


def accepted(state: State) -> set[str]:
    """The kinds of token that could come next."""
    table = state.parse_conf.states
    return {kind for kind in table[state.position] if _is_token(kind) and _takes(state, kind)}


def go_on(state: State, tokens: list[Token], index: int) -> int:
    """After a mistake at `index`: make the parser ready for a later token, and say which.

    The body of a statement with a broken beginning is still read; other statements are left out
    to their end.

    """
    opening = _opening_brace(tokens, index)
    keyword = tokens[first_of_statement(tokens, index)].type
    if opening is not None and keyword in _HEADERS and _forget_until(state, "_END", keyword):
        for kind in (keyword, *_HEADERS[keyword]):
            state.feed_token(Token(kind, ""))
        return opening
    index = _end_of_statement(tokens, index)
    if _goes_on(tokens, index):
        index = _end_of_statement(tokens, index + 1)
    return index if _forget_until(state, tokens[index].type) else len(tokens)


def _opening_brace(tokens: list[Token], index: int) -> int | None:
    """Where the `{` of this statement stands; a line break right before it is forgiven."""
    if tokens[index].type == "_END" and tokens[index + 1].type == "LBRACE":
        return index + 1
    while tokens[index].type not in (*_ENDS, "LBRACE"):
        index += 1
    return index if tokens[index].type == "LBRACE" else None


def _end_of_statement(tokens: list[Token], index: int) -> int:
    """Where the statement ends that `index` stands in, nested braces included."""
    depth = 0
    while depth or tokens[index].type not in _ENDS:
        depth += (tokens[index].type == "LBRACE") - (tokens[index].type == "RBRACE")
        index += 1
    return index


def _goes_on(tokens: list[Token], index: int) -> bool:
    """Whether an operator before a line break wants what stands behind it."""
    if tokens[index].type != "_END" or tokens[index - 1].type not in OPERATORS:
        return False
    following, *after = (token.type for token in tokens[index + 1 : index + 3])
    return following not in (STATEMENTS | {"RBRACE", "$END"}) and after != ["EQUAL"]


def _forget_until(state: State, *kinds: str) -> bool:
    """Drop what was read of a statement, back to where tokens of these kinds can all come next."""
    for kept in range(len(state.state_stack), 0, -1):
        if all(_takes(state, kind, kept) for kind in kinds):
            del state.state_stack[kept:]
            del state.value_stack[kept - 1 :]
            return True
    return False


def _takes(state: State, kind: str, kept: int | None = None) -> bool:
    """Whether a token of this kind could come next: the parse table, walked without values."""
    table = state.parse_conf.states
    states = state.state_stack[:kept]
    while True:
        if kind == "$END" and states[-1] == state.parse_conf.end_state:
            return True
        verb, target = table[states[-1]].get(kind, (None, None))
        if verb is None:
            return False
        if verb.name == "Shift":
            return True
        del states[len(states) - len(target.expansion) :]
        states.append(table[states[-1]][target.origin.name][1])


def _is_token(kind: str) -> bool:
    return kind.isupper()
