"""`--set PATH=VALUE` and `--set-file FILE`: lines of a spec, changed from outside."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from attrs import evolve, frozen

from hypertune.diagnostics import Diagnostic, Help, Note, Source, Span, SpecError, did_you_mean
from hypertune.semantics import Whole
from hypertune.syntax import ast, parse, parse_setting

Setting = str | Source  # a word of the command line, or a line of a file


@frozen
class NoSuchSection(Diagnostic):
    """`--set` changes one line of a block, `data.KEY`, `objective.KEY`, `tune.KEY`, or a constant.

    Where several `tune` blocks stand side by side, `tune.KEY` is the line in all of them, and
    `tune.NAME.KEY` the line in one. `width=128` stands for `let width = 128`. A block or constant
    may stand in the spec or in a file that it includes.
    """

    code = "HT110"
    title = "this spec has no block or constant `{path}`"
    label = "not in this spec"

    path: str
    present: tuple[str, ...]
    constants: tuple[str, ...]

    def children(self) -> tuple[Note | Help, ...]:
        lists = (("blocks", self.present), ("constants", self.constants))
        there = (f"its {what} are " + ", ".join(f"`{n}`" for n in names) for what, names in lists)
        found = tuple(Help(text) for text, (_, names) in zip(there, lists, strict=True) if names)
        return (*did_you_mean(self.path, (*self.present, *self.constants)), *found)


def override(whole: Whole, settings: Iterable[Setting]) -> Whole:
    """A spec with some of its lines changed; mistakes in these point where they were written.

    Raises:
        SpecError: if a setting cannot be read, or the spec has no such block.

    """
    return reduce(_change, settings, whole)


def settings_in(file: Source) -> tuple[Source, ...]:
    """The settings in a file, one a line; empty lines and comments say nothing."""
    found, start = [], 0
    for line in file.text.split("\n"):
        if line.partition("#")[0].strip():
            # What stands above becomes blank, so that messages count as the file does.
            above = "".join("\n" if c == "\n" else " " for c in file.text[:start])
            found.append(Source(file.name, above + line))
        start += len(line) + 1
    return tuple(found)


Target = ast.Let | ast.Section  # what a path can lead to


def _change(before: Whole, written: Setting) -> Whole:
    path, value = parse_setting(Source("--set", written) if isinstance(written, str) else written)
    *blocks, key = path
    setting = ast.Setting(path[0].span.to(value.span), key, value)
    if not any(_meant(statement, blocks, key) for statement in before.statements):
        span = blocks[0].span.to(blocks[-1].span) if blocks else key.span
        sections = tuple(_name(s) for s in before.statements if isinstance(s, ast.Section))
        constants = tuple(s.name.text for s in before.statements if isinstance(s, ast.Let))
        raise SpecError([NoSuchSection(span, span.text, sections, constants)])
    statements = tuple(
        _with(target, setting) if (target := _meant(s, blocks, key)) else s
        for s in before.statements
    )
    return evolve(before, statements=statements, text=_rewritten(before.text, blocks, setting))


def _meant(statement: ast.Statement, blocks: list[ast.Name], key: ast.Name) -> Target | None:
    """The statement if a path leads to it: a name alone to a constant, any other to a block."""
    words = [name.text for name in blocks]
    if isinstance(statement, ast.Let):
        return statement if not words and statement.name == key else None
    if not words or not isinstance(statement, ast.Section):
        return None
    named = words == [statement.kind.text] or ".".join(words) == _name(statement)
    return statement if named else None


def _name(section: ast.Section) -> str:
    name = f".{section.name.text}" if section.name else ""
    return section.kind.text + name


def _with(target: Target, setting: ast.Setting) -> Target:
    if isinstance(target, ast.Let):
        return evolve(target, value=setting.value)
    at = _place(target, setting.key)
    before, behind = target.settings[:at], target.settings[at + 1 :]
    return evolve(target, settings=(*before, setting, *behind))


def _place(section: ast.Section, key: ast.Name) -> int:
    """Which of the settings has this key; the number of them where none has."""
    keys = [setting.key for setting in section.settings]
    return keys.index(key) if key in keys else len(keys)


def _rewritten(text: str, blocks: list[ast.Name], setting: ast.Setting) -> str:
    """The text with a setting in each place that its path leads to, from the last one up."""
    from hypertune.syntax.printing import flat  # whoever only checks need not load the printer

    value = flat(setting.value)
    for statement in reversed(parse(Source("", text)).statements):
        target = _meant(statement, blocks, setting.key)
        if target is None:
            continue
        old = _old_value(target, setting.key)
        if old is not None:
            text = text[: old.start] + value + text[old.end :]
        else:
            brace = target.span.end - 1
            line = f"  {setting.key.text} = {value}"
            text = f"{text[:brace].rstrip()}\n{line}\n{text[brace:]}"
    return text


def _old_value(target: Target, key: ast.Name) -> Span | None:
    """Where the value stands that is written over, if there is one."""
    if isinstance(target, ast.Let):
        return target.value.span
    at = _place(target, key)
    return target.settings[at].value.span if at < len(target.settings) else None
