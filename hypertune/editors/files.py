"""The files that a text includes, each in its last good state, and the names they all declare."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from attrs import define, field, frozen

from hypertune.diagnostics import Span, SpecError
from hypertune.editors.kept import Kept
from hypertune.semantics import FileTree, Read, gather, included_path
from hypertune.syntax import ast, parse


@frozen
class File:
    """A file that is included: its text, None if it cannot be read, and the last good tree."""

    text: str | None = field(repr=False)
    tree: Kept[ast.Spec] | None = field(default=None, repr=False)

    @property
    def current(self) -> bool:
        """Whether the tree is of the text as it is."""
        return self.tree is not None and self.tree.current and self.text is not None


@define
class Shelf:
    """Takes files from where they lie, with a look at what they were before."""

    read: Read
    before: Mapping[str, File]
    files: dict[str, File] = field(factory=dict)

    def spec(self, path: str) -> ast.Spec:
        """The tree of a file as last it could be parsed, empty if it never could.

        Raises:
            OSError: if the file cannot be read.
            SpecError: if it is no text.

        """
        old = self.before.get(path, File(None))
        self.files[path] = File(None, old.tree)
        source = self.read(path)
        tree = old.tree.under(source.text) if old.tree else None
        if tree is None or not tree.current:
            with suppress(SpecError):
                tree = Kept.of(parse(source), source.text)
        self.files[path] = File(source.text, tree)
        return tree.value if tree else ast.Spec(Span(source, 0, 0), ())


def gathered(
    spec: ast.Spec, read: Read, before: Mapping[str, File]
) -> tuple[FileTree, Mapping[str, File]]:
    """A spec with what it includes as far as that is there, and all files that it asks for."""
    shelf = Shelf(read, before)
    part, _ = gather(spec, shelf.spec)
    return part, shelf.files


def brings(piece: object, path: str, name: str) -> bool:
    """Whether a piece of the file at `path` brings in the file `name`, itself or further in."""
    if isinstance(piece, ast.Include):
        return included_path(path, piece.path) == name
    if not isinstance(piece, FileTree):
        return False
    here = piece.spec.span.source.name
    return here == name or any(brings(inner, here, name) for inner in piece.pieces)
