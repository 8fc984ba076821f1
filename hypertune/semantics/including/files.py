"""`include`: the statements of other files in the place where they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from posixpath import dirname, join, normpath

from attrs import define, evolve, field, frozen

from hypertune.diagnostics import Diagnostic, Source, Span, SpecError
from hypertune.semantics.errors.including import CannotInclude, IncludeCircle
from hypertune.semantics.errors.statements import (
    Duplicate,
    MissingVersion,
    UnknownVersion,
    VersionNotFirst,
)
from hypertune.semantics.including.changes import Change, changed
from hypertune.semantics.including.parts import FileTree
from hypertune.semantics.scope.findings import Findings
from hypertune.syntax import ast, parse
from hypertune.syntax.tokens import MOST_CHARACTERS

# The text of a file; raises OSError, with the name of a file beside it that may have been meant
# in its notes, or SpecError if it is no text.
Read = Callable[[str], Source]
Load = Callable[[str], ast.Spec]  # the same, parsed

VERSIONS = (1,)  # of the language
_DEEPEST = 50  # files inside one another


def no_files(path: str) -> Source:
    """A reader for texts that may include nothing."""
    raise PermissionError(1, "files are not read here")


@frozen
class Whole:
    """A spec with all that it includes, and what is changed in it from outside.

    Args:
        part: the outermost file, with the others.
        mistakes: about the versions that the files name.
        changes: in the order in which they were asked for.

    """

    part: FileTree
    mistakes: tuple[Diagnostic, ...] = ()
    changes: tuple[Change, ...] = ()

    def changed(self, changes: Iterable[Change]) -> Whole:
        return evolve(self, changes=(*self.changes, *changes))

    @property
    def statements(self) -> tuple[ast.Statement, ...]:
        """Those of the file, and of what it includes in the place of each `include`."""
        return tuple(s for old in self.part.statements for s in changed(old, self.changes)[0])

    @property
    def text(self) -> str:
        """The text of one file that says the same."""
        edits = (e for old in self.part.statements for e in changed(old, self.changes)[1])
        return self.part.text(tuple(edits))


def include(spec: ast.Spec, read: Read = no_files) -> Whole:
    """A spec with what it includes, each file once.

    If a file cannot be read, this ends here: what is missing from it would only be reported again,
    once for every name in it.

    Args:
        spec: as parsed; the name of its source is its path.
        read: the text of a file that it includes, by its path.

    Raises:
        SpecError: if an included file cannot be read or parsed, or includes itself.

    """
    findings = Findings()
    part, complete = gather(spec, lambda path: parse(read(path)), findings)
    if not complete:
        findings.refuse()
    return Whole(part, findings.mistakes)


def gather(spec: ast.Spec, load: Load, findings: Findings | None = None) -> tuple[FileTree, bool]:
    """A file with those that it includes, and whether all of them are there.

    Args:
        spec: as parsed; the name of its source is its path.
        load: a file that it includes, by its path; may raise what reading and parsing raise.
        findings: what is wrong, for whom it may concern.

    """
    path = normpath(spec.span.source.name)
    includer = _Includer(load, findings or Findings(), {path}, len(spec.span.source.text))
    return includer.part(spec, ((path, spec.span),)), includer.complete


def included_path(path: str, written: ast.String) -> str:
    """Where the file lies that the file at `path` includes."""
    return normpath(join(dirname(path), written.value))


@define
class _Includer:
    load: Load
    findings: Findings
    seen: set[str]
    size: int  # characters of all that was read
    complete: bool = field(default=True)

    def part(self, spec: ast.Spec, opened: tuple[tuple[str, Span], ...]) -> FileTree:
        """What a file brings; `opened` are the files around it, each with the `include` of it."""
        _check_version(spec, self.findings)
        pieces = (
            self.included(s, opened) if isinstance(s, ast.Include) else s for s in spec.statements
        )
        return FileTree(spec, tuple(pieces))

    def included(
        self, statement: ast.Include, opened: tuple[tuple[str, Span], ...]
    ) -> ast.Statement | FileTree | None:
        written = statement.path
        path = included_path(opened[-1][0], written)
        around = [name for name, _ in opened]
        if path in around:
            leading = opened[around.index(path) + 1 :]
            first = leading[0][1] if leading else None
            self.findings.add(IncludeCircle(written.span, written.value, first))
        elif len(opened) > _DEEPEST:
            why = f"more than {_DEEPEST} files inside one another"
            self.findings.add(CannotInclude(written.span, written.value, path, why))
        elif path in self.seen:
            return None
        else:
            self.seen.add(path)
            spec = self.loaded(path, written)
            if spec:
                return self.part(spec, (*opened, (path, written.span)))
        self.complete = False
        return statement

    def loaded(self, path: str, written: ast.String) -> ast.Spec | None:
        try:
            spec = self.load(path)
            self.size += len(spec.span.source.text)
            if self.size <= MOST_CHARACTERS:
                return spec
            why = f"with it the spec has more than {MOST_CHARACTERS:_} characters"
            self.findings.add(CannotInclude(written.span, written.value, path, why))
        except (OSError, ValueError) as fault:
            why, near = _reason(fault), tuple(getattr(fault, "__notes__", ()))
            self.findings.add(CannotInclude(written.span, written.value, path, why, near))
        except SpecError as wrong:
            for diagnostic in wrong.diagnostics:
                self.findings.add(diagnostic)
        return None


def _reason(fault: OSError | ValueError) -> str:
    if isinstance(fault, FileNotFoundError | NotADirectoryError):
        return "there is no such file"
    if isinstance(fault, IsADirectoryError):
        return "this is a folder"
    return (fault.strerror if isinstance(fault, OSError) else None) or "this is no path"


def _check_version(spec: ast.Spec, findings: Findings) -> None:
    versions = [s for s in spec.statements if isinstance(s, ast.Version)]
    if not versions:
        start = spec.statements[0].span.start if spec.statements else 0
        findings.add(MissingVersion(Span(spec.span.source, start, start)))
    for number, version in enumerate(versions):
        if version.number.value not in VERSIONS:
            findings.add(UnknownVersion(version.number.span, version.number.text))
        if number:
            findings.add(Duplicate(version.span, "`hspec`", versions[0].span))
        elif version is not spec.statements[0]:
            findings.add(VersionNotFirst(version.span))
