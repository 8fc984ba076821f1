"""Bodies that do not begin with `{`, but with `:` or `(` as elsewhere, or with a line break."""

from __future__ import annotations

from lark import Token

from hypertune.diagnostics import Span
from hypertune.syntax.mistakes import Unexpected
from hypertune.syntax.tokens import Scan, first_of_statement

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
    depths = _depths(tokens)
    for index in reversed(range(1, len(tokens))):
        if not depths[index] and _is_left_out(tokens, index, depths):
            _put_in(found, index)
        begins = tokens[index].type in ("COLON", "LPAR") and _ends_line(tokens, index + 1)
        head = _head(tokens, index) if begins else None
        if head is None:
            continue
        opener, advice = tokens[index], "a body stands in braces: `{ … }`"
        found.mistakes.append(Unexpected(found.span(opener), f"`{opener}`", "`{`", advice))
        tokens[index] = opener.update(type="LBRACE")
        end = _end(tokens, index + 1, head.column or 0)
        if end < len(tokens) and tokens[end].type in _CLOSED:
            tokens[end] = tokens[end].update(type="RBRACE")
        else:
            _close(tokens, end)


def _is_left_out(tokens: list[Token], index: int, depths: list[int]) -> bool:
    """Whether a line should have ended with `{`: the next one is indented, and in no brackets."""
    if not _ends_line(tokens, index) or tokens[index - 1].type in ("_END", "COLON", "COMMA"):
        return False
    first = first_of_statement(tokens, index)
    head, settles = tokens[first], ("EQUAL", 0)  # a setting on the line of its section
    if head.type not in _HEADS or settles in _kinds(tokens[first:index], depths[first:index]):
        return False
    following = next((token for token in tokens[index:] if token.type != "_END"), head)
    indented = (following.column or 0) > (head.column or 0)
    return indented and following.type not in (*_OPEN, *_CLOSED)


def _kinds(tokens: list[Token], depths: list[int]) -> set[tuple[str, int]]:
    return {(token.type, depth) for token, depth in zip(tokens, depths, strict=True)}


def _put_in(found: Scan, index: int) -> None:
    """The `{` that is left out before a line break, and the `}` if that is, too."""
    tokens = found.tokens
    at = tokens[index].start_pos or 0
    span = Span(found.source, at, at)
    found.mistakes.append(Unexpected(span, "end of the line", "`{`"))
    indent = tokens[first_of_statement(tokens, index)].column or 0
    end = _end(tokens, index + 1, indent)
    if end == len(tokens) or tokens[end].type != "RBRACE":
        _close(tokens, end)
    tokens.insert(index, _made("LBRACE", "{", at))


def _depths(tokens: list[Token]) -> list[int]:
    """How many parentheses and brackets are open at each token; braces close them all."""
    found, depth = [], 0
    for token in tokens:
        depth += (token.type in ("LPAR", "LSQB")) - (token.type in ("RPAR", "RSQB"))
        depth = 0 if token.type in ("LBRACE", "RBRACE") else max(depth, 0)
        found.append(depth)
    return found


def _head(tokens: list[Token], index: int) -> Token | None:
    """The word that a body belongs to whose `{` should stand in the place of this sign."""
    first = first_of_statement(tokens, index)
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


def _close(tokens: list[Token], end: int) -> None:
    at = tokens[end - 1].start_pos or 0
    tokens[end:end] = [_made("RBRACE", "}", at), _made("_END", "\n", at)]


def _made(kind: str, text: str, at: int) -> Token:
    return Token(kind, text, start_pos=at, end_pos=at)
