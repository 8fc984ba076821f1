"""`include`: the statements of other files in the place where they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from posixpath import dirname, join, normpath

from attrs import define, field

from hypertune.diagnostics import Source, Span, SpecError
from hypertune.semantics.errors.including import CannotInclude, IncludeCircle
from hypertune.semantics.errors.statements import (
    MissingVersion,
    StatementTwice,
    UnknownVersion,
    VersionNotFirst,
)
from hypertune.semantics.findings import Findings
from hypertune.syntax import ast, parse

Read = Callable[[str], Source]  # the text of a file; raises OSError, or SpecError if it is no text

VERSIONS = (1,)  # of the language
_DEEPEST = 50  # files inside one another


def no_files(path: str) -> Source:
    """A reader for texts that may include nothing."""
    raise PermissionError(1, "files are not read here")


def with_included(spec: ast.Spec, read: Read, findings: Findings) -> list[ast.Statement]:
    """All statements of a spec and of what it includes, without those that name a version.

    A file that is included by several others is read once. If one cannot be read, this ends here:
    what is missing from it would only be told again, once for every name in it.

    Raises:
        SpecError: if an included file cannot be read or parsed, or includes itself.

    """
    path = normpath(spec.span.source.name)
    includer = _Includer(read, findings, {path})
    statements = [*includer.statements(spec, ((path, spec.span),))]
    if not includer.complete:
        findings.refuse()
    return statements


@define
class _Includer:
    read: Read
    findings: Findings
    seen: set[str]
    complete: bool = field(default=True)

    def statements(
        self, spec: ast.Spec, opened: tuple[tuple[str, Span], ...]
    ) -> Iterator[ast.Statement]:
        """Those of a file; `opened` are the files around it, each with the `include` of it."""
        _check_version(spec, self.findings)
        for statement in spec.statements:
            if isinstance(statement, ast.Include):
                yield from self.included(statement.path, opened)
            elif not isinstance(statement, ast.Version):
                yield statement

    def included(
        self, written: ast.String, opened: tuple[tuple[str, Span], ...]
    ) -> Iterator[ast.Statement]:
        path = normpath(join(dirname(opened[-1][0]), written.value))
        around = [name for name, _ in opened]
        if path in around:
            self.complete = False
            leading = opened[around.index(path) + 1 :]
            first = leading[0][1] if leading else None
            self.findings.add(IncludeCircle(written.span, written.value, first))
        elif len(opened) > _DEEPEST:
            self.complete = False
            why = f"more than {_DEEPEST} files inside one another"
            self.findings.add(CannotInclude(written.span, written.value, path, why))
        elif path not in self.seen:
            self.seen.add(path)
            spec = self.parsed(path, written)
            if spec:
                yield from self.statements(spec, (*opened, (path, written.span)))

    def parsed(self, path: str, written: ast.String) -> ast.Spec | None:
        try:
            return parse(self.read(path))
        except (OSError, ValueError) as fault:
            why = _reason(fault)
            self.findings.add(CannotInclude(written.span, written.value, path, why))
        except SpecError as wrong:
            for diagnostic in wrong.diagnostics:
                self.findings.add(diagnostic)
        self.complete = False
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
            findings.add(StatementTwice(version.span, "hspec", versions[0].span))
        elif version is not spec.statements[0]:
            findings.add(VersionNotFirst(version.span))
