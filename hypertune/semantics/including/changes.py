"""Lines of a spec changed from outside: in its tree, and as edits of its texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from attrs import evolve, frozen

from hypertune.catalogue import LENGTHS
from hypertune.diagnostics import Span
from hypertune.syntax import ast


@frozen
class Change:
    """`tune.epochs = 10`, `hyper.drop = 0.3`, `width = 64`: a path, and what is to stand there."""

    path: tuple[ast.Name, ...]
    value: ast.Expr

    @property
    def key(self) -> ast.Name:
        return self.path[-1]

    @property
    def setting(self) -> ast.Setting:
        return ast.Setting(self.path[0].span.to(self.value.span), self.key, self.value)

    def reaches(self, statement: ast.Statement) -> bool:
        """Whether the path leads here: a name alone to a constant, any other as it begins."""
        blocks = [name.text for name in self.path[:-1]]
        match statement:
            case ast.Let(name=name):
                return not blocks and name == self.key
            case ast.Hyper(names=names):
                return blocks == ["hyper"] and any(item.name == self.key for item in names)
            case ast.Section(kind=kind):
                return blocks == [kind.text] or ".".join(blocks) == section_name(statement) != ""
        return False


@frozen
class Edit:
    """Text in the place of other text; what reads it has nothing to add."""

    span: Span
    text: str


def section_name(section: ast.Section) -> str:
    """`data`, or `tune.NAME`."""
    return f"{section.kind.text}.{section.name.text}" if section.name else section.kind.text


def changed(
    statement: ast.Statement, changes: Iterable[Change]
) -> tuple[Sequence[ast.Statement], list[Edit]]:
    """What a statement becomes; of several changes of one thing the last counts."""
    found = [change for change in changes if change.reaches(statement)]
    if not found:
        return [statement], []
    match statement:
        case ast.Let():
            value = found[-1].value
            return [evolve(statement, value=value)], [Edit(statement.value.span, _text(value))]
        case ast.Hyper():
            return _started(statement, {change.key.text: change.value for change in found})
        case ast.Section():
            return _set(statement, [change.setting for change in found])
    raise AssertionError(f"nothing leads to {type(statement).__name__}")


def _text(value: ast.Expr) -> str:
    from hypertune.syntax.printing import flat  # whoever only checks need not load the printer

    return flat(value)


def _set(
    section: ast.Section, settings: Iterable[ast.Setting]
) -> tuple[Sequence[ast.Statement], list[Edit]]:
    """A section with settings in the place of those with their keys, or else at its end."""
    before, now = section.settings, list(section.settings)
    for setting in settings:
        place = _place(section.kind.text, now, setting.key.text)
        now[place : place + 1] = [setting]
    edits = [
        Edit(old.value.span, _text(new.value))
        if old.key == new.key
        else Edit(old.span, f"{new.key.text} = {_text(new.value)}")
        for old, new in zip(before, now, strict=False)
        if old is not new
    ]
    added = "".join(f"\n  {new.key.text} = {_text(new.value)}" for new in now[len(before) :])
    if added:
        source, brace = section.span.source, section.span.end - 1
        start = len(source.text[:brace].rstrip())
        edits.append(Edit(Span(source, start, brace), f"{added}\n"))
    return [evolve(section, settings=tuple(now))], edits


def _place(kind: str, settings: Sequence[ast.Setting], key: str) -> int:
    """Which of the settings has this key, or one in whose stead it is; their number if none."""
    keys = [setting.key.text for setting in settings]
    if key in keys:
        return keys.index(key)
    others = LENGTHS if kind == "tune" and key in LENGTHS else ()
    return next((keys.index(other) for other in others if other in keys), len(keys))


def _started(
    hyper: ast.Hyper, starts: dict[str, ast.Expr]
) -> tuple[Sequence[ast.Statement], list[Edit]]:
    """A statement for each run of names that have one start; the others stay as they are."""
    source, behind = hyper.span.source, hyper.names[-1].span.end
    old = (
        hyper.start.span
        if hyper.start
        else Span(source, hyper.domain.span.end, hyper.domain.span.end)
    )
    statements, texts = [], []
    for start, run in groupby(
        hyper.names, key=lambda item: starts.get(item.name.text, hyper.start)
    ):
        names = tuple(run)
        statements.append(evolve(hyper, names=names, start=start))
        value = old.text if start is hyper.start or start is None else _text(start)
        value = value if hyper.start or not value else f" = {value}"
        listed = ", ".join(name.span.text for name in names)
        rest = source.text[behind : old.start] + value + source.text[old.end : hyper.span.end]
        texts.append(f"hyper {listed}{rest}")
    return statements, [Edit(hyper.span, "\n".join(texts))]
