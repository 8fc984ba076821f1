"""The lines `key = value` of a section."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from hypertune.catalogue import SECTIONS, Setting
from hypertune.diagnostics import closest
from hypertune.semantics.arguments.calls import settle_args
from hypertune.semantics.arguments.values import convert
from hypertune.semantics.errors.arguments import UnknownArgument
from hypertune.semantics.errors.statements import Duplicate, MissingSetting, Unnamed
from hypertune.semantics.scope.findings import Failed
from hypertune.semantics.scope.scope import Scope
from hypertune.syntax import ast


@frozen
class Settings:
    """The settings of one section by key, each once, all known.

    `meant` are the keys that others, which are not known, were probably meant to be: that these
    are missing needs no telling.
    """

    section: ast.Section
    by_key: dict[str, ast.Setting]
    scope: Scope
    meant: frozenset[str]

    def expr(self, key: str) -> ast.Expr | None:
        """What is written for `key`, if anything."""
        setting = self.by_key.get(key)
        return setting.value if setting else None

    def need(self, key: str) -> ast.Expr:
        """What is written for `key`; if nothing is, that is a mistake."""
        if key in self.by_key:
            return self.by_key[key].value
        if key not in self.meant:
            kind, line = self.section.kind, self._declared(key).line
            self.scope.findings.add(MissingSetting(kind.span, kind.text, key, line))
        raise Failed

    def value(self, key: str) -> Any:
        """The value of a setting that is declared as an argument, or its default."""
        arg, expr = self._declared(key).arg, self.expr(key)
        assert arg
        return convert(arg, expr, self.section.kind.text, self.scope) if expr else arg.default

    def named(self, key: str) -> tuple[dict[str, Any], dict[str, ast.Arg]]:
        """The values in a tuple by name, and those of them that are written."""
        expr, setting = self.need(key), self._declared(key)
        written = expr.items if isinstance(expr, ast.Tuple) else ()
        items = {item.name.text: item for item in written if item.name}
        if not items or any(item.name is None for item in written):
            raise self.scope.fail(Unnamed(expr.span, key, setting.doc, setting.line))
        call = ast.Call(expr.span, ast.Name(expr.span, key), written)
        return settle_args(call, setting, self.scope), items

    def items(self, key: str) -> list[ast.Expr]:
        """What is written for `key` in a tuple, or alone; nothing if nothing is."""
        expr = self.expr(key)
        if isinstance(expr, ast.Tuple):
            return [item.value for item in expr.items]
        return [expr] if expr else []

    def _declared(self, key: str) -> Setting:
        return SECTIONS[self.section.kind.text][key]


def read_settings(section: ast.Section, scope: Scope) -> Settings:
    """Tell the keys that the section does not know, and those that stand twice."""
    keys = tuple(SECTIONS[section.kind.text])
    by_key: dict[str, ast.Setting] = {}
    meant: set[str] = set()
    for setting in section.settings:
        key, span = setting.key.text, setting.key.span
        if key not in keys:
            scope.findings.add(UnknownArgument(span, section.kind.text, key, keys, "setting"))
            meant.update(closest(key, keys))
        elif key in by_key:
            scope.findings.add(Duplicate(span, f"setting `{key}`", by_key[key].key.span))
        else:
            by_key[key] = setting
    return Settings(section, by_key, scope, frozenset(meant))
