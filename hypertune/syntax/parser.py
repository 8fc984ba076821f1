"""`parse`: Source -> ast.Spec."""

from __future__ import annotations

from typing import Any

from lark import Token, UnexpectedToken

from hypertune.diagnostics import Source, SpecError
from hypertune.syntax import ast
from hypertune.syntax.bodies import mend_bodies
from hypertune.syntax.brackets import close
from hypertune.syntax.builder import TreeBuilder
from hypertune.syntax.causes import Causes, causes
from hypertune.syntax.depth import check_depth
from hypertune.syntax.expectations import unexpected
from hypertune.syntax.recovery import accepted, go_on
from hypertune.syntax.tables import parser
from hypertune.syntax.tokens import Scan, scan


def parse(source: Source) -> ast.Spec:
    """Read a spec.

    Raises:
        SpecError: with every mistake in the text.

    """
    tree: ast.Spec = _parsed(source, "spec")
    return tree


def parse_setting(source: Source) -> tuple[tuple[ast.Name, ...], ast.Expr]:
    """Read one setting from outside a spec, `tune.epochs = 10`: its path and its value.

    Raises:
        SpecError: with every mistake in the text.

    """
    path, value = _parsed(source, "override")
    return path, value


def _parsed(source: Source, start: str) -> Any:
    found = scan(source, parser())
    mend_bodies(found)
    tokens = close(found)
    check_depth(found, tokens)
    tree = _drive(found, tokens, start)
    if found.mistakes:
        raise SpecError(causes(found))
    return TreeBuilder(source, tuple(found.comments)).build(tree)


def _drive(found: Scan, tokens: list[Token], start: str) -> Any:
    """Feed the tokens; after a mistake, go on with the next statement."""
    machine = parser().parse_interactive(start=start)
    size = len(found.source.text)
    tokens = [*tokens, Token("$END", "", start_pos=size, end_pos=size)]
    known = Causes(found)
    tree, index = None, 0
    while index < len(tokens):
        try:
            tree = machine.feed_token(tokens[index])
            index += 1
        except UnexpectedToken:
            state = machine.parser_state
            known.add(unexpected(found, tokens, index, accepted(state)))
            index = go_on(state, tokens, index)
    return tree
