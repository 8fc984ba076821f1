"""`--set PATH=VALUE` and `--set-file FILE`: lines of a spec, changed from outside."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from attrs import evolve, frozen

from hypertune.diagnostics import Diagnostic, Help, Note, Source, SpecError, did_you_mean
from hypertune.syntax import ast, parse, parse_setting

Setting = str | Source  # a word of the command line, or a line of a file


@frozen
class NoSuchSection(Diagnostic):
    """`--set` changes one line of a block: `data.KEY`, `objective.KEY`, `tune.KEY`.

    Where several `tune` blocks stand side by side, `tune.KEY` is the line in all of them, and
    `tune.NAME.KEY` the line in one.
    """

    code = "HT110"
    title = "this spec has no block `{path}`"
    label = "not in this spec"

    path: str
    present: tuple[str, ...]
    includes: bool = False

    def children(self) -> tuple[Note | Help, ...]:
        there = Help("its blocks are " + ", ".join(f"`{name}`" for name in self.present))
        found = (*did_you_mean(self.path, self.present), there)
        elsewhere = Help("blocks of an included file are changed there, or after `render`")
        return (*found, elsewhere) if self.includes else found


@frozen
class Overridden:
    """A tree with settings from outside, and the text that says the same."""

    spec: ast.Spec
    text: str


def override(source: Source, settings: Iterable[Setting]) -> Overridden:
    """A spec with some of its lines changed; mistakes in these point where they were written.

    Raises:
        SpecError: if the spec or a setting cannot be read.

    """
    spec = parse(source)
    return reduce(_change, settings, Overridden(spec, source.text))


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


def _change(before: Overridden, written: Setting) -> Overridden:
    path, value = parse_setting(Source("--set", written) if isinstance(written, str) else written)
    *blocks, key = path
    setting = ast.Setting(path[0].span.to(value.span), key, value)
    # The text may have changed since the tree was read, so that its places are read anew.
    fresh = parse(Source("", before.text))
    chosen = [section for section in _sections(fresh) if _named(section, blocks)]
    if not chosen:
        span = blocks[0].span.to(blocks[-1].span) if blocks else key.span
        present = tuple(_name(section) for section in _sections(fresh))
        includes = any(isinstance(statement, ast.Include) for statement in fresh.statements)
        raise SpecError([NoSuchSection(span, span.text, present, includes)])
    text = before.text
    for section in reversed(chosen):
        text = _rewritten(text, section, setting)
    statements = tuple(
        _with(s, setting) if isinstance(s, ast.Section) and _named(s, blocks) else s
        for s in before.spec.statements
    )
    return Overridden(evolve(before.spec, statements=statements), text)


def _sections(spec: ast.Spec) -> list[ast.Section]:
    return [s for s in spec.statements if isinstance(s, ast.Section)]


def _named(section: ast.Section, blocks: list[ast.Name]) -> bool:
    words = [name.text for name in blocks]
    return words == [section.kind.text] or ".".join(words) == _name(section)


def _name(section: ast.Section) -> str:
    name = f".{section.name.text}" if section.name else ""
    return section.kind.text + name


def _with(section: ast.Section, setting: ast.Setting) -> ast.Section:
    kept = [s for s in section.settings if s.key != setting.key]
    at = next((i for i, s in enumerate(section.settings) if s.key == setting.key), len(kept))
    return evolve(section, settings=(*kept[:at], setting, *kept[at:]))


def _rewritten(text: str, section: ast.Section, setting: ast.Setting) -> str:
    value = setting.value.span.text
    for old in section.settings:
        if old.key == setting.key:
            return text[: old.value.span.start] + value + text[old.value.span.end :]
    brace = section.span.end - 1
    return f"{text[:brace].rstrip()}\n  {setting.key.text} = {value}\n{text[brace:]}"
