"""A file and what it includes: a tree of files, and the one spec that they make."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from attrs import frozen

from hypertune.syntax import ast

# What ends a statement, and its line where nothing follows.
_END: Final = re.compile(r"[ \t\r\f]*;?[ \t\r\f]*((?P<comment>#[^\n]*)?(\n|\Z))?")
_AROUND: Final = "\ufeff \t\r\n\f"


@frozen
class Part:
    """A file, and for each of its statements the part that comes in its place.

    That is the file of an `include`; None where it has come before, and the `include` itself
    where it cannot come. Any other statement stands for itself.
    """

    spec: ast.Spec
    pieces: tuple[ast.Statement | Part | None, ...]

    @property
    def statements(self) -> Iterator[ast.Statement]:
        """Those of the file and of what it includes; only the outermost names a version."""
        for piece in self.pieces:
            if isinstance(piece, Part):
                yield from (s for s in piece.statements if not isinstance(s, ast.Version))
            elif piece is not None:
                yield piece

    @property
    def text(self) -> str:
        """All of it as the text of one file; what was included stands below its `include`."""
        return self._text(ast.Include)

    def _text(self, *left: type[ast.Statement]) -> str:
        """The text without statements of some classes."""
        text = self.spec.span.source.text
        out, last = [], 0
        for statement, piece in zip(self.spec.statements, self.pieces, strict=True):
            if not isinstance(statement, left):
                continue
            end = _END.match(text, statement.span.end)
            assert end  # it can be empty
            remark = (end["comment"] or "").rstrip()
            out.append(text[last : statement.span.start])
            last = end.end()
            if isinstance(statement, ast.Include):
                remark = f"# {statement.span.text}  {remark}".rstrip()
            out += [remark, "\n"] if remark else []
            out += [_inner(piece)] if isinstance(piece, Part) else []
        return "".join([*out, text[last:]])


def _inner(part: Part) -> str:
    text = part._text(ast.Include, ast.Version).strip(_AROUND)
    return f"{text}\n" if text else ""
