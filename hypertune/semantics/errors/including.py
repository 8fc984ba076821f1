"""Files that include one another."""

from __future__ import annotations

from hypertune.diagnostics import Diagnostic, Example, Span


class CannotInclude(Diagnostic):
    """A file that is to be included cannot be read.

    Its path is relative to the file that includes it.
    """

    code = "HT231"
    title = "cannot include `{written}`"
    label = "{why}"
    notes = (("", "looked for `{path}`: a path is relative to the file it stands in"),)
    help = "did you mean {near}?"
    example = Example(wrong='include "not_there.hspec"')

    written: str
    path: str
    why: str
    near: tuple[str, ...] = ()


class IncludeCircle(Diagnostic):
    """A file includes itself, directly or through others.

    What two files share belongs in a third that both include.
    """

    code = "HT232"
    title = "the file `{written}` includes itself"
    label = "closes the circle"
    notes = (("first", "the circle begins here"),)
    help = "put what both need in a file of its own"
    example = Example(wrong='include "a.hspec"')

    written: str
    first: Span | None
