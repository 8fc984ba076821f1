"""Tokens with every bracket closed, and without the line breaks that mean nothing."""

from __future__ import annotations

from attrs import define, field
from lark import Token

from hypertune.diagnostics import Span, SpecError
from hypertune.syntax.mistakes import TooDeep, Unclosed, Unopened
from hypertune.syntax.tokens import Scan

PARTNER = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE"}
_OPENER = {closer: opener for opener, closer in PARTNER.items()}
_SIGN = {"LPAR": "(", "LSQB": "[", "LBRACE": "{", "RPAR": ")", "RSQB": "]", "RBRACE": "}"}
_OPERATORS = {"PLUS", "MINUS", "STAR", "SLASH", "FLOOR", "PERCENT", "POWER"}
_GOES_ON_AFTER = {"COMMA", "EQUAL", "COLON", "LPAR", "LSQB"} | _OPERATORS
_GOES_ON_BEFORE = {"COMMA", "EQUAL", "LPAR", "LSQB", "RPAR", "RSQB"} | _OPERATORS
_STATEMENTS = {
    "HSPEC", "INCLUDE", "LET", "HYPER", "DATA", "OBJECTIVE", "TUNE", "MODEL", "BLOCK"
}  # fmt: skip
LIMIT = 200


def close(scan: Scan) -> list[Token]:
    """Match the brackets and put the missing ones where they most likely belong.

    Raises:
        SpecError: if the nesting is too deep to be read at all.

    """
    work = _Closing(scan, _unmatched(scan.tokens))
    for index, token in enumerate(scan.tokens):
        work.take(index, token)
    work.close_down_to(0)
    _check_depth(scan, work.out)
    return work.out


def _unmatched(tokens: list[Token]) -> set[int]:
    """The indices of the brackets that have no partner, within what could be one statement.

    Braces are matched over the whole text, the others between two braces.

    """
    alone: set[int] = set()
    braces: list[int] = []
    others: list[int] = []
    for index, token in enumerate(tokens):
        if token.type in ("LPAR", "LSQB"):
            others.append(index)
        elif token.type in ("RPAR", "RSQB"):
            kinds = [tokens[i].type for i in others]
            if _OPENER[token.type] not in kinds:
                alone.add(index)
                continue
            while tokens[last := others.pop()].type != _OPENER[token.type]:
                alone.add(last)
        elif token.type in ("LBRACE", "RBRACE") or token == ";":
            alone.update(others)
            others.clear()
            if token.type == "LBRACE":
                braces.append(index)
            elif token.type == "RBRACE":
                if braces:
                    braces.pop()
                else:
                    alone.add(index)
    return alone.union(others, braces)


@define
class _Closing:
    scan: Scan
    alone: set[int]
    out: list[Token] = field(factory=list)
    opened: list[int] = field(factory=list)  # indices into scan.tokens

    def take(self, index: int, token: Token) -> None:
        kind = token.type
        if self._must_close_before(index, token):
            self.close_down_to(self._braces())
        if kind in _STATEMENTS and self._begins_statement() and self._open_braces_alone():
            self.close_down_to(0)
        if kind in PARTNER:
            self.opened.append(index)
            if len(self.opened) > LIMIT // 2:
                self.too_deep(token)
        elif kind in _OPENER and not self._close_with(index, token):
            return
        elif kind == "_END" and (self._in_parens() or self._begins_statement()):
            return
        self.out.append(token)

    def close_down_to(self, depth: int) -> None:
        """Close what is open beyond the first `depth`, and report it."""
        place = self.out[-1].end_pos or 0 if self.out else 0
        while len(self.opened) > depth:
            opening = self.scan.tokens[self.opened.pop()]
            closer = PARTNER[opening.type]
            span = Span(self.scan.source, place, place)
            sign = _SIGN[closer]
            mistake = Unclosed(span, str(opening), self.scan.span(opening), f"`{sign}`")
            self.scan.mistakes.append(mistake)
            self.out.append(Token(closer, sign, start_pos=place, end_pos=place))

    def too_deep(self, token: Token) -> None:
        raise SpecError([*self.scan.mistakes, TooDeep(self.scan.span(token), LIMIT)])

    def _close_with(self, index: int, token: Token) -> bool:
        opener = _OPENER[token.type]
        if index in self.alone and token.type != "RBRACE" and self._in_parens():
            pass  # the wrong bracket for the one that is open
        elif index in self.alone or not self.opened:
            mistake = Unopened(self.scan.span(token), str(token), _SIGN[opener])
            self.scan.mistakes.append(mistake)
            return False
        while self.opened and self.scan.tokens[self.opened[-1]].type != opener:
            self.close_down_to(len(self.opened) - 1)
        if self.opened:
            self.opened.pop()
            return True
        return False

    def _must_close_before(self, index: int, token: Token) -> bool:
        if not self._in_parens():
            return False
        if token.type in ("LBRACE", "RBRACE") or token == ";":
            return True
        return token.type == "_END" and self._parens_alone() and self._ends_here(index)

    def _ends_here(self, index: int) -> bool:
        """Whether the line break at `index` would end the statement outside brackets."""
        ahead = (t for t in self.scan.tokens[index : index + 8] if t.type != "_END")
        following, after = next(ahead, None), next(ahead, None)
        if following is None or self.out[-1].type in _GOES_ON_AFTER:
            return following is None
        if following.type in _GOES_ON_BEFORE:
            return False
        quantity = self.out[-1].type == "NUMBER" and following.type == "NAME"
        return not (quantity and after is not None and after.type in _GOES_ON_BEFORE)

    def _in_parens(self) -> bool:
        return bool(self.opened) and self.scan.tokens[self.opened[-1]].type != "LBRACE"

    def _begins_statement(self) -> bool:
        return not self.out or self.out[-1].type in ("_END", "LBRACE")

    def _parens_alone(self) -> bool:
        return any(i in self.alone for i in self.opened[self._braces() :])

    def _open_braces_alone(self) -> bool:
        return any(i in self.alone for i in self.opened)

    def _braces(self) -> int:
        """How many of the open brackets enclose the innermost brace, itself included."""
        depth = len(self.opened)
        while depth and self.scan.tokens[self.opened[depth - 1]].type != "LBRACE":
            depth -= 1
        return depth


def _check_depth(scan: Scan, tokens: list[Token]) -> None:
    """Refuse expressions that hang on one another so far that the tree could not be walked.

    The depth of an item is at most its operators and brackets; of a list, its deepest item's.

    """
    open_items: list[list[int]] = [[0, 0]]  # of each open bracket: this item, the deepest before
    for token in tokens:
        item = open_items[-1]
        if token.type in PARTNER:
            open_items.append([0, 0])
        elif token.type in _OPENER and len(open_items) > 1:
            deepest = max(open_items.pop())
            open_items[-1][0] += deepest + 2
        elif token.type in _OPERATORS:
            item[0] += 1
        elif token.type in ("COMMA", "_END"):
            item[:] = 0, max(item)
        if open_items[-1][0] > LIMIT:
            raise SpecError([*scan.mistakes, TooDeep(scan.span(token), LIMIT)])
