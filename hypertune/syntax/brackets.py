"""Tokens with every bracket closed, and without the line breaks that mean nothing."""

from __future__ import annotations

from attrs import define, field
from lark import Token

from hypertune.diagnostics import Span, SpecError
from hypertune.syntax.mistakes import TooDeep, Unclosed, Unopened
from hypertune.syntax.tokens import OPERATORS, STATEMENTS, Scan

PARTNER = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE"}
OPENER = {closer: opener for opener, closer in PARTNER.items()}
_SIGN = {"LPAR": "(", "LSQB": "[", "LBRACE": "{", "RPAR": ")", "RSQB": "]", "RBRACE": "}"}
_GOES_ON_AFTER = {"COMMA", "EQUAL", "COLON", "LPAR", "LSQB"} | OPERATORS
_GOES_ON_BEFORE = {"COMMA", "EQUAL", "LPAR", "LSQB", "RPAR", "RSQB"} | OPERATORS
DEEPEST = 100


def close(scan: Scan) -> list[Token]:
    """Match the brackets and put the missing ones where they most likely belong.

    Raises:
        SpecError: if they are nested too deep.

    """
    work = _Closing(scan, _unmatched(scan.tokens))
    for index in range(len(scan.tokens)):
        work.take(index)
    work.index = len(scan.tokens)
    work.close_down_to(0, None)
    return work.out


def _unmatched(tokens: list[Token]) -> set[int]:
    """The indices of the brackets that have no partner.

    Braces are matched over the whole text, the others between two braces.

    """
    alone: set[int] = set()
    braces: list[int] = []
    others: list[int] = []
    for index, token in enumerate(tokens):
        match token.type:
            case "LPAR" | "LSQB":
                others.append(index)
            case "RPAR" | "RSQB":
                alone.update(_matched(tokens, others, index))
            case "LBRACE" | "RBRACE":
                alone.update(others)
                others.clear()
                if token.type == "LBRACE":
                    braces.append(index)
                elif not braces:
                    alone.add(index)
                else:
                    braces.pop()
    return alone.union(others, braces)


def _matched(tokens: list[Token], opened: list[int], closer: int) -> list[int]:
    """Take the partner of `closer` from `opened`; what proves to have none comes back."""
    partner = OPENER[tokens[closer].type]
    # No deeper than could be read anyway, so that no text takes long.
    for depth in range(len(opened) - 1, max(-1, len(opened) - 1 - DEEPEST), -1):
        if tokens[opened[depth]].type == partner:
            skipped = opened[depth + 1 :]
            del opened[depth:]
            return skipped
    return [closer]


@define
class _Closing:
    """Walks the tokens once, with what is open at the moment."""

    scan: Scan
    alone: set[int]
    out: list[Token] = field(factory=list)
    opened: list[int] = field(factory=list)  # where in scan.tokens
    index: int = 0  # of the present token

    def take(self, index: int) -> None:
        self.index = index
        token = self.scan.tokens[index]
        if self._in_parens() and self._ends_parens(index):
            self.close_down_to(self._braces(), None)
        if token.type in STATEMENTS and self._begins() and not self.alone.isdisjoint(self.opened):
            self.close_down_to(0, token)
        if token.type in PARTNER:
            self._open(index)
        elif token.type in OPENER:
            self._close(index)
        elif token.type != "_END" or not (self._in_parens() or self._begins()):
            self.out.append(self._as_unit(index))

    def close_down_to(self, depth: int, before: Token | None) -> None:
        """Close what is open beyond the first `depth`, and report it."""
        while len(self.opened) > depth:
            self._insert_closer(before)

    def _open(self, index: int) -> None:
        token = self.scan.tokens[index]
        self.opened.append(index)
        self.out.append(token)
        if len(self.opened) > DEEPEST:
            parts = "block" if token.type == "LBRACE" else "let"
            mistake = TooDeep(self.scan.span(token), f"{DEEPEST} brackets", parts)
            raise SpecError([*self.scan.mistakes, mistake])

    def _close(self, index: int) -> None:
        token = self.scan.tokens[index]
        opener = OPENER[token.type]
        if opener in (self.scan.tokens[i].type for i in self.opened[max(0, self._braces() - 1) :]):
            while self.scan.tokens[self.opened[-1]].type != opener:
                self._insert_closer(token)
            self.opened.pop()
            self.out.append(token)
        elif self._in_parens():  # the wrong bracket for the one that is open
            self._insert_closer(token)
        elif index in self.alone:  # otherwise its partner was already reported
            span = self.scan.span(token)
            self.scan.mistakes.append(Unopened(span, str(token), _SIGN[opener]))

    def _insert_closer(self, before: Token | None) -> None:
        """Close the innermost bracket, and say so: in front of a token, or after the last."""
        start = self.opened.pop()
        opening = self.scan.tokens[self._misled(start)]
        kind = PARTNER[opening.type]
        ended = self.out.pop() if self.out[-1].type == "_END" else None
        at = self.out[-1].end_pos or 0
        self.out.append(Token(kind, _SIGN[kind], start_pos=at, end_pos=at))
        if ended is not None:
            self.out.append(ended)
        span = Span(self.scan.source, at, at) if before is None else self.scan.span(before)
        where = f"`{_SIGN[kind]}`" if before is None else f"`{_SIGN[kind]}` before this"
        mistake = Unclosed(span, str(opening), self.scan.span(opening), where)
        self.scan.mistakes.append(mistake)

    def _misled(self, start: int) -> int:
        """The brace behind one that seems open: its own, or one inside that took its partner.

        A `}` at another indent than the line of its `{` was meant for another.

        """
        braces: list[int] = []
        for index in range(start, self.index):
            token = self.scan.tokens[index]
            if token.type == "LBRACE":
                braces.append(index)
            elif token.type == "RBRACE" and len(braces) > 1:
                opening = braces.pop()
                indent = self._indent(token)
                if indent == (token.column or 0) and indent != self._indent(
                    self.scan.tokens[opening]
                ):
                    return opening
        return start

    def _indent(self, token: Token) -> int:
        """The column where the line of the token begins."""
        line = self.scan.source.line(self.scan.span(token).position[0])
        return len(line) - len(line.lstrip()) + 1

    def _as_unit(self, index: int) -> Token:
        """A name right after a number is the unit of a quantity, unless it names an argument."""
        token = self.scan.tokens[index]
        if token.type != "NAME" or not self.out or self.out[-1].type != "NUMBER":
            return token
        after = next((t.type for t in self.scan.tokens[index + 1 : index + 2]), "$END")
        return token if after in ("EQUAL", "LPAR") else token.update(type="UNIT")

    def _ends_parens(self, index: int) -> bool:
        """Whether an open `(` or `[` cannot be meant to reach beyond this token."""
        token = self.scan.tokens[index]
        if token.type in ("LBRACE", "RBRACE") or token == ";":
            return True
        alone = not self.alone.isdisjoint(self.opened[self._braces() :])
        return token.type == "_END" and alone and self._ends_here(index)

    def _ends_here(self, index: int) -> bool:
        """Whether the line break at `index` would end the statement outside brackets."""
        ahead = (t.type for t in self.scan.tokens[index : index + 8] if t.type != "_END")
        following, after = next(ahead, "$END"), next(ahead, "$END")
        if self.out[-1].type in _GOES_ON_AFTER or following in _GOES_ON_BEFORE:
            return False
        quantity = self.out[-1].type == "NUMBER" and following == "NAME"
        return not (quantity and after in _GOES_ON_BEFORE)

    def _in_parens(self) -> bool:
        return bool(self.opened) and self.scan.tokens[self.opened[-1]].type != "LBRACE"

    def _begins(self) -> bool:
        return not self.out or self.out[-1].type in ("_END", "LBRACE")

    def _braces(self) -> int:
        """How many of the open brackets go down to the innermost brace."""
        depth = len(self.opened)
        while depth and self.scan.tokens[self.opened[depth - 1]].type != "LBRACE":
            depth -= 1
        return depth
