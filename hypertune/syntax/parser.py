"""`parse`: Source -> ast.Spec."""

from __future__ import annotations

from functools import cache

from lark import Lark, Token, UnexpectedToken
from lark.parsers.lalr_interactive_parser import InteractiveParser

from hypertune.diagnostics import Source, Span, SpecError
from hypertune.resources import resource_folder
from hypertune.syntax import ast
from hypertune.syntax.brackets import close
from hypertune.syntax.builder import Builder
from hypertune.syntax.expectations import unexpected
from hypertune.syntax.mistakes import Unclosed, Unexpected
from hypertune.syntax.tokens import Scan, scan

_SYNC = ("_END", "RBRACE", "$END")


def parse(source: Source) -> ast.Spec:
    """Read a spec.

    Raises:
        SpecError: with every mistake in the text.

    """
    tree = _parsed(source, "spec")
    assert isinstance(tree, ast.Spec)
    return tree


def parse_setting(source: Source) -> tuple[tuple[ast.Name, ...], ast.Expr]:
    """Read one setting from outside a spec, `tune.epochs = 10`: its path and its value.

    Raises:
        SpecError: with every mistake in the text.

    """
    path, value = _parsed(source, "override")
    return path, value


def _parsed(source: Source, start: str) -> object:
    found = scan(source, _grammar())
    tree = _drive(found, close(found), start)
    if found.mistakes:
        raise SpecError(found.mistakes)
    return Builder(source, tuple(found.comments)).transform(tree)


@cache
def _grammar() -> Lark:
    return Lark(
        (resource_folder("grammars") / "hspec.lark").read_text(encoding="utf-8"),
        parser="lalr",
        lexer="basic",
        start=["spec", "override", "unread"],
        propagate_positions=True,
        maybe_placeholders=False,
    )


def _drive(found: Scan, tokens: list[Token], start: str) -> object:
    """Feed the tokens; after a mistake, go on with the next statement."""
    parser = _grammar().parse_interactive(start=start)
    size = len(found.source.text)
    tokens = [*tokens, Token("$END", "", start_pos=size, end_pos=size)]
    index = 0
    tree = None
    while index < len(tokens):
        try:
            tree = parser.feed_token(tokens[index])
            index += 1
        except UnexpectedToken:
            _report(found, unexpected(found, tokens[index], _accepted(parser)))
            index = _next_statement(tokens, index)
            _forget_statement(parser, tokens[index].type)
    return tree


def _report(found: Scan, mistake: Unexpected) -> None:
    """Add the mistake, unless a bracket that is never closed explains it."""
    assert mistake.span is not None
    for index, cause in enumerate(found.mistakes):
        if isinstance(cause, Unclosed) and cause.span is not None:
            if cause.opening.start < mistake.span.start <= cause.span.end:
                found.mistakes[index] = Unclosed(
                    mistake.span, cause.bracket, cause.opening, mistake.expected
                )
                return
    found.mistakes.append(mistake)


def _next_statement(tokens: list[Token], index: int) -> int:
    """Where the statement ends that `index` stands in, nested braces included."""
    depth = 0
    while depth or tokens[index].type not in _SYNC:
        depth += (tokens[index].type == "LBRACE") - (tokens[index].type == "RBRACE")
        index += 1
    return index


def _forget_statement(parser: InteractiveParser, end: str) -> None:
    """Drop what was read of a statement, so that its `end` can be read."""
    states, values = parser.parser_state.state_stack, parser.parser_state.value_stack
    while not _takes(parser, end):
        states.pop()
        values.pop()


def _accepted(parser: InteractiveParser) -> set[str]:
    return {kind for kind in parser.choices() if kind.isupper() and _takes(parser, kind)}


def _takes(parser: InteractiveParser, kind: str) -> bool:
    """Whether a token of this kind could come next: the parse table, walked without values."""
    table = parser.parser_state.parse_conf.states
    states = list(parser.parser_state.state_stack)
    while True:
        action = table[states[-1]].get(kind)
        if action is None:
            return False
        verb, argument = action
        if verb.name == "Shift":
            return True
        del states[len(states) - len(argument.expansion) :]
        states.append(table[states[-1]][argument.origin.name][1])
