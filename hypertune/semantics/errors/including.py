"""Files that include one another."""

from __future__ import annotations

from hypertune.diagnostics import Diagnostic, Example, Help, Note, Span


class CannotInclude(Diagnostic):
    """A file that is to be included cannot be read.

    Its path is relative to the file that includes it.
    """

    code = "HT231"
    title = "cannot include `{written}`"
    label = "{why}"
    example = Example(wrong='include "not_there.hspec"')

    written: str
    path: str
    why: str
    near: tuple[str, ...] = ()

    def children(self) -> tuple[Note | Help, ...]:
        sought = Note(f"looked for `{self.path}`: a path is relative to the file it stands in")
        return (sought, *(Help(f"did you mean `{name}`?") for name in self.near))


class IncludeCircle(Diagnostic):
    """A file includes itself, directly or through others.

    What two files share belongs in a third that both include.
    """

    code = "HT232"
    title = "the file `{written}` includes itself"
    label = "closes the circle"
    example = Example(wrong='include "a.hspec"')

    written: str
    first: Span | None

    def children(self) -> tuple[Note | Help, ...]:
        apart = Help("put what both need in a file of its own")
        return (Note("the circle begins here", self.first), apart) if self.first else (apart,)
