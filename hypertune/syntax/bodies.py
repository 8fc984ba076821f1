"""Bodies that begin with `:` or `(` at the end of a line, as in other languages."""

from __future__ import annotations

from lark import Token

from hypertune.diagnostics import Help
from hypertune.syntax.mistakes import Unexpected
from hypertune.syntax.tokens import Scan

_HEADS = {
    "DATA", "OBJECTIVE", "TUNE", "MODEL", "BLOCK", "REPEAT", "RESIDUAL", "SHORTCUT", "BRANCH",
}  # fmt: skip
_LISTED = {"MODEL", "BLOCK", "REPEAT"}  # what may have a list or a number in parentheses first
_OPEN, _CLOSED = ("LBRACE", "LPAR"), ("RBRACE", "RPAR")


def mend_bodies(found: Scan) -> None:
    """Read such a body as if it stood in braces, and say so once, where it begins.

    If no bracket ends it, it ends where lines are no longer indented.

    """
    tokens = found.tokens
    for index in reversed(range(1, len(tokens))):
        begins = tokens[index].type in ("COLON", "LPAR") and _ends_line(tokens, index + 1)
        head = _head(tokens, index) if begins else None
        if head is None:
            continue
        opener, advice = tokens[index], (Help("a body stands in braces: `{ … }`"),)
        found.mistakes.append(Unexpected(found.span(opener), f"`{opener}`", "`{`", advice))
        tokens[index] = opener.update(type="LBRACE")
        end = _end(tokens, index + 1, head.column or 0)
        if end < len(tokens) and tokens[end].type in _CLOSED:
            tokens[end] = tokens[end].update(type="RBRACE")
        else:
            at = tokens[end - 1].start_pos or 0
            tokens[end:end] = [_made("RBRACE", "}", at), _made("_END", "\n", at)]


def _head(tokens: list[Token], index: int) -> Token | None:
    """The word that a body belongs to whose `{` should stand in the place of this sign."""
    first = index
    while first and tokens[first - 1].type not in ("_END", "LBRACE", "RBRACE"):
        first -= 1
    head, between = tokens[first], [token.type for token in tokens[first:index]]
    pairs = (("LPAR", "RPAR"), ("LSQB", "RSQB"))
    whole = all(between.count(opener) == between.count(closer) for opener, closer in pairs)
    lists = tokens[index].type == "LPAR" and head.type in _LISTED and "RPAR" not in between
    wrong = head.type in _HEADS and whole and not lists
    return head if wrong and not _leads_to_brace(tokens, index) else None


def _leads_to_brace(tokens: list[Token], index: int) -> bool:
    """Whether a `(` is closed before the `{` of the body, and so belongs to a value."""
    depth = 0
    for token in tokens[index:]:
        depth += (token.type == "LPAR") - (token.type == "RPAR")
        if not depth and token.type in ("LBRACE", "SHORTCUT", "_END"):
            return token.type == "LBRACE"
    return False


def _ends_line(tokens: list[Token], index: int) -> bool:
    return index == len(tokens) or (tokens[index].type == "_END" and tokens[index] != ";")


def _end(tokens: list[Token], index: int, indent: int) -> int:
    """Where the bracket stands that ends a body, or else a line that is not indented."""
    depth = 0
    while index < len(tokens):
        token = tokens[index]
        begins = tokens[index - 1].type == "_END" and token.type != "_END"
        outside = begins and (token.column or indent + 1) <= indent
        if not depth and (token.type in _CLOSED or outside):
            break
        depth += (token.type in _OPEN) - (token.type in _CLOSED)
        index += 1
    return index


def _made(kind: str, text: str, at: int) -> Token:
    return Token(kind, text, start_pos=at, end_pos=at)
