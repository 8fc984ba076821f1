"""The lines `key = value` of a section."""

from __future__ import annotations

from attrs import frozen

from hypertune import ir
from hypertune.catalogue import SECTIONS, Arg, Required
from hypertune.diagnostics import closest
from hypertune.semantics.arguments.values import convert
from hypertune.semantics.errors.statements import MissingSetting, SettingTwice, UnknownSetting
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

    def need(self, key: str, line: str) -> ast.Expr:
        """What is written for `key`; if nothing is, that is a mistake."""
        if key in self.by_key:
            return self.by_key[key].value
        if key not in self.meant:
            kind = self.section.kind
            self.scope.findings.add(MissingSetting(kind.span, kind.text, key, line))
        raise Failed

    def value(self, arg: Arg) -> ir.Value:
        """The value of the setting that `arg` declares, or its default."""
        expr = self.expr(arg.name)
        if expr is not None:
            return convert(arg, expr, self.section.kind.text, self.scope)
        assert not isinstance(arg.default, Required)
        return arg.default

    def items(self, key: str) -> list[ast.Expr]:
        """What is written for `key` in a tuple, or alone; nothing if nothing is."""
        expr = self.expr(key)
        if isinstance(expr, ast.Tuple):
            return [item.value for item in expr.items]
        return [expr] if expr else []


def read_settings(section: ast.Section, scope: Scope) -> Settings:
    """Tell the keys that the section does not know, and those that stand twice."""
    keys = tuple(SECTIONS[section.kind.text])
    by_key: dict[str, ast.Setting] = {}
    meant: set[str] = set()
    for setting in section.settings:
        key, span = setting.key.text, setting.key.span
        if key not in keys:
            scope.findings.add(UnknownSetting(span, section.kind.text, key, keys))
            meant.update(closest(key, keys))
        elif key in by_key:
            scope.findings.add(SettingTwice(span, key, by_key[key].key.span))
        else:
            by_key[key] = setting
    return Settings(section, by_key, scope, frozenset(meant))
