"""`--set PATH=VALUE` and `--set-file FILE`: lines of a spec, changed from outside."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from attrs import evolve, frozen

from hypertune.diagnostics import Diagnostic, Help, Note, Source, SpecError, did_you_mean
from hypertune.semantics import Whole
from hypertune.syntax import ast, parse, parse_setting

Setting = str | Source  # a word of the command line, or a line of a file


@frozen
class NoSuchSection(Diagnostic):
    """`--set` changes one line of a block: `data.KEY`, `objective.KEY`, `tune.KEY`.

    Where several `tune` blocks stand side by side, `tune.KEY` is the line in all of them, and
    `tune.NAME.KEY` the line in one. A block may stand in the spec or in a file that it includes.
    """

    code = "HT110"
    title = "this spec has no block `{path}`"
    label = "not in this spec"

    path: str
    present: tuple[str, ...]

    def children(self) -> tuple[Note | Help, ...]:
        there = "its blocks are " + ", ".join(f"`{name}`" for name in self.present)
        return (*did_you_mean(self.path, self.present), Help(there)) if self.present else ()


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


def _change(before: Whole, written: Setting) -> Whole:
    path, value = parse_setting(Source("--set", written) if isinstance(written, str) else written)
    *blocks, key = path
    setting = ast.Setting(path[0].span.to(value.span), key, value)
    sections = [s for s in before.statements if isinstance(s, ast.Section)]
    if not any(_named(section, blocks) for section in sections):
        span = blocks[0].span.to(blocks[-1].span) if blocks else key.span
        present = tuple(map(_name, sections))
        raise SpecError([NoSuchSection(span, span.text, present)])
    statements = tuple(
        _with(s, setting) if isinstance(s, ast.Section) and _named(s, blocks) else s
        for s in before.statements
    )
    return evolve(before, statements=statements, text=_rewritten(before.text, blocks, setting))


def _named(section: ast.Section, blocks: list[ast.Name]) -> bool:
    words = [name.text for name in blocks]
    return words == [section.kind.text] or ".".join(words) == _name(section)


def _name(section: ast.Section) -> str:
    name = f".{section.name.text}" if section.name else ""
    return section.kind.text + name


def _with(section: ast.Section, setting: ast.Setting) -> ast.Section:
    at = _place(section, setting.key)
    before, behind = section.settings[:at], section.settings[at + 1 :]
    return evolve(section, settings=(*before, setting, *behind))


def _place(section: ast.Section, key: ast.Name) -> int:
    """Which of the settings has this key; the number of them where none has."""
    keys = [setting.key for setting in section.settings]
    return keys.index(key) if key in keys else len(keys)


def _rewritten(text: str, blocks: list[ast.Name], setting: ast.Setting) -> str:
    """The text with a setting in each of its blocks of a name, from the last one up."""
    from hypertune.syntax.printing import flat  # whoever only checks need not load the printer

    value = flat(setting.value)
    for section in reversed(parse(Source("", text)).statements):
        if isinstance(section, ast.Section) and _named(section, blocks):
            at = _place(section, setting.key)
            if at < len(section.settings):
                old = section.settings[at].value.span
                text = text[: old.start] + value + text[old.end :]
            else:
                brace = section.span.end - 1
                line = f"  {setting.key.text} = {value}"
                text = f"{text[:brace].rstrip()}\n{line}\n{text[brace:]}"
    return text
