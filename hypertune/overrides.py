"""`--set PATH=VALUE` and `--set-file FILE`: lines of a spec, changed from outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hypertune.catalogue import SECTIONS
from hypertune.diagnostics import Diagnostic, Help, Note, Source, SpecError, did_you_mean
from hypertune.semantics import Change, Whole, section_name
from hypertune.syntax import ast, parse_setting

Setting = str | Source  # a word of the command line, or a line of a file


class NoSuchSection(Diagnostic):
    """`--set` names something that the spec does not have.

    It changes one line of a block, `data.KEY`, `objective.KEY`, `tune.KEY`, the start of a
    hyperparameter, `hyper.NAME`, or a constant. Where several `tune` blocks stand side by side,
    `tune.KEY` is the line in all of them, and `tune.NAME.KEY` the line in one; `tune.steps=100`
    takes the place of `epochs` or `budget`. `width=128` stands for `let width = 128`,
    `hyper.drop=0.3` for `hyper drop : … = 0.3`. All of these may stand in the spec or in a file
    that it includes.
    """

    code = "HT110"
    title = "this spec has no block, hyperparameter or constant `{path}`"
    label = "not in this spec"

    path: str
    present: Mapping[str, tuple[str, ...]]  # by what they are: blocks, hyperparameters, constants
    meant: str = ""  # a path that there is

    def children(self) -> tuple[Note | Help, ...]:
        if self.meant:
            return (Help(f"write `{self.meant} = …`"),)
        names = [name for several in self.present.values() for name in several]
        listed = (
            Help(f"its {what} are " + ", ".join(f"`{n}`" for n in several))
            for what, several in self.present.items()
            if several
        )
        return (*did_you_mean(self.path, names), *listed)


def override(whole: Whole, settings: Iterable[Setting]) -> Whole:
    """A spec with some of its lines changed; mistakes in these point where they were written.

    Raises:
        SpecError: if a setting cannot be read, or the spec has no such block.

    """
    changes: list[Change] = []
    mistakes: list[Diagnostic] = []
    for written in settings:
        source = Source("--set", written) if isinstance(written, str) else written
        try:
            change = Change(*parse_setting(source))
        except SpecError as wrong:
            mistakes += wrong.diagnostics
            continue
        changes.append(change)
        if not any(change.reaches(statement) for statement in whole.statements):
            mistakes.append(_no_target(whole, change))
    if mistakes:
        raise SpecError(mistakes)
    return whole.changed(changes)


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


def _no_target(whole: Whole, change: Change) -> NoSuchSection:
    names: dict[str, list[str]] = {"blocks": [], "hyperparameters": [], "constants": []}
    for statement in whole.statements:
        match statement:
            case ast.Section():
                names["blocks"].append(section_name(statement))
            case ast.Hyper():
                names["hyperparameters"] += (item.name.text for item in statement.names)
            case ast.Let():
                names["constants"].append(statement.name.text)
    *blocks, key = change.path
    # A hyperparameter is looked for by its name, all else by the block that it would stand in.
    span = blocks[0].span.to(blocks[-1].span) if blocks else key.span
    if blocks and blocks[0].text == "hyper":
        span = blocks[0].span.to(key.span)
    words = [name.text for name in change.path]
    meant = _guessed(whole, words)
    if not meant and len(words) == 1 and words[0] in names["hyperparameters"]:
        meant = f"hyper.{words[0]}"
    present = {what: tuple(several) for what, several in names.items()}
    return NoSuchSection(span, span.text, present, meant)


def _guessed(whole: Whole, path: list[str]) -> str:
    """The path that was meant, if a block was left out, or a setting taken for a block."""
    for section in (s for s in whole.statements if isinstance(s, ast.Section)):
        kind, name = section.kind.text, section_name(section)
        if path[0] in SECTIONS[kind]:
            return f"{kind}.{path[0]}"
        for start in (name, kind):
            setting = ".".join(path).removeprefix(f"{start}.").partition(".")[0]
            if ".".join(path).startswith(f"{start}.") and setting in SECTIONS[kind]:
                return f"{start}.{setting}"
    return ""
