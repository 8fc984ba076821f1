"""A file and what it includes: a tree of files, and the one spec that they make."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from attrs import frozen

from hypertune.diagnostics import Span
from hypertune.semantics.including.changes import Edit
from hypertune.syntax import ast

# What ends a statement, and its line where nothing follows.
_END: Final = re.compile(r"[ \t\r\f]*;?[ \t\r\f]*((?P<comment>#[^\n]*)?(\n|\Z))?")
_AROUND: Final = "\ufeff \t\r\n\f"


@frozen
class FileTree:
    """A file, and for each of its statements the part that comes in its place.

    That is the file of an `include`; None where it has come before, and the `include` itself
    where it cannot come. Any other statement stands for itself.
    """

    spec: ast.Spec
    pieces: tuple[ast.Statement | FileTree | None, ...]

    @property
    def statements(self) -> Iterator[ast.Statement]:
        """Those of the file and of what it includes; only the outermost names a version."""
        for piece in self.pieces:
            if isinstance(piece, FileTree):
                yield from (s for s in piece.statements if not isinstance(s, ast.Version))
            elif piece is not None:
                yield piece

    def text(self, edits: Sequence[Edit] = ()) -> str:
        """All of it as the text of one file; what was included stands below its `include`."""
        return self._text(edits, ast.Include)

    def _text(self, edits: Sequence[Edit], *left: type[ast.Statement]) -> str:
        """The text with some edits made, and without statements of some classes."""
        source = self.spec.span.source
        made = [edit for edit in edits if edit.span.source is source]
        for statement, piece in zip(self.spec.statements, self.pieces, strict=True):
            if isinstance(statement, left):
                made.append(_left_out(statement, piece, edits))
        out, last = [], 0
        for edit in sorted(made, key=lambda edit: edit.span.start):
            out += [source.text[last : edit.span.start], edit.text]
            last = edit.span.end
        return "".join([*out, source.text[last:]])


def _left_out(
    statement: ast.Statement, piece: ast.Statement | FileTree | None, edits: Sequence[Edit]
) -> Edit:
    """The text of a file in the place of its `include`; a remark stays, and says which it was."""
    source = statement.span.source
    end = _END.match(source.text, statement.span.end)
    assert end  # it can be empty
    remark = (end["comment"] or "").rstrip()
    if isinstance(statement, ast.Include):
        remark = f"# {statement.span.text}  {remark}".rstrip()
    brought = ""
    if isinstance(piece, FileTree):
        brought = piece._text(edits, ast.Include, ast.Version).strip(_AROUND)
    text = "".join(f"{lines}\n" for lines in (remark, brought) if lines)
    return Edit(Span(source, statement.span.start, end.end()), text)
