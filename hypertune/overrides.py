"""`--set PATH=VALUE` and `--set-file FILE`: lines of a spec, changed from outside."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve, frozen

from hypertune.diagnostics import Diagnostic, Help, Note, Source, SpecError, did_you_mean
from hypertune.semantics import LENGTHS, SETTINGS, Whole
from hypertune.syntax import ast, parse, parse_setting

Setting = str | Source  # a word of the command line, or a line of a file


@frozen
class NoSuchSection(Diagnostic):
    """`--set` names a line or a constant that the spec does not have.

    It changes one line of a block, `data.KEY`, `objective.KEY`, `tune.KEY`, or a constant.
    Where several `tune` blocks stand side by side, `tune.KEY` is the line in all of them, and
    `tune.NAME.KEY` the line in one; `tune.steps=100` takes the place of `epochs` or `budget`.
    `width=128` stands for `let width = 128`. A block or constant may stand in the spec or in a
    file that it includes.
    """

    code = "HT110"
    title = "this spec has no block or constant `{path}`"
    label = "not in this spec"

    path: str
    present: tuple[str, ...]
    constants: tuple[str, ...]
    meant: str = ""  # a path that there is

    def children(self) -> tuple[Note | Help, ...]:
        if self.meant:
            return (Help(f"write `{self.meant} = …`"),)
        lists = (("blocks", self.present), ("constants", self.constants))
        there = (f"its {what} are " + ", ".join(f"`{n}`" for n in names) for what, names in lists)
        found = tuple(Help(text) for text, (_, names) in zip(there, lists, strict=True) if names)
        return (*did_you_mean(self.path, (*self.present, *self.constants)), *found)


def override(whole: Whole, settings: Iterable[Setting]) -> Whole:
    """A spec with some of its lines changed; mistakes in these point where they were written.

    Raises:
        SpecError: if a setting cannot be read, or the spec has no such block.

    """
    mistakes: list[Diagnostic] = []
    for written in settings:
        try:
            whole = _change(whole, written)
        except SpecError as wrong:
            mistakes += wrong.diagnostics
    if mistakes:
        raise SpecError(mistakes)
    return whole


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
        meant = _guessed(before, [name.text for name in path])
        raise SpecError([NoSuchSection(span, span.text, sections, constants, meant)])
    statements = tuple(
        _with(target, setting) if (target := _meant(s, blocks, key)) else s
        for s in before.statements
    )
    return evolve(before, statements=statements, text=_rewritten(before.text, blocks, setting))


def _guessed(whole: Whole, path: list[str]) -> str:
    """The path that was meant, if a block was left out, or a setting taken for a block."""
    for section in (s for s in whole.statements if isinstance(s, ast.Section)):
        kind, name = section.kind.text, _name(section)
        if path[0] in SETTINGS[kind]:
            return f"{kind}.{path[0]}"
        for start in (name, kind):
            setting = ".".join(path).removeprefix(f"{start}.").partition(".")[0]
            if ".".join(path).startswith(f"{start}.") and setting in SETTINGS[kind]:
                return f"{start}.{setting}"
    return ""


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
    """Which of the settings has this key, or one in whose stead it is; their number if none."""
    keys = [setting.key.text for setting in section.settings]
    if key.text in keys:
        return keys.index(key.text)
    others = LENGTHS if section.kind.text == "tune" and key.text in LENGTHS else ()
    return next((keys.index(other) for other in others if other in keys), len(keys))


def _rewritten(text: str, blocks: list[ast.Name], setting: ast.Setting) -> str:
    """The text with a setting in each place that its path leads to, from the last one up."""
    from hypertune.syntax.printing import flat  # whoever only checks need not load the printer

    value = flat(setting.value)
    line = f"{setting.key.text} = {value}"
    for statement in reversed(parse(Source("", text)).statements):
        target = _meant(statement, blocks, setting.key)
        if target is None:
            continue
        old = _old(target, setting.key)
        if old is None:
            brace = target.span.end - 1
            text = f"{text[:brace].rstrip()}\n  {line}\n{text[brace:]}"
        elif isinstance(old, ast.Setting) and old.key != setting.key:
            text = text[: old.span.start] + line + text[old.span.end :]
        else:
            text = text[: old.value.span.start] + value + text[old.value.span.end :]
    return text


def _old(target: Target, key: ast.Name) -> ast.Let | ast.Setting | None:
    """What is written over, if there is something."""
    if isinstance(target, ast.Let):
        return target
    at = _place(target, key)
    return target.settings[at] if at < len(target.settings) else None
