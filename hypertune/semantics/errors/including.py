"""Files that include one another."""

from __future__ import annotations

from attrs import frozen

from hypertune.diagnostics import Diagnostic, Help, Note, Span


@frozen
class CannotInclude(Diagnostic):
    """A file that is to be included cannot be read.

    Its path is relative to the file that includes it.

    Wrong:

        hspec 1
        include "not_there.hspec"
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT231"
    title = "cannot include `{written}`"
    label = "{why}"

    written: str
    path: str
    why: str
    near: tuple[str, ...] = ()

    def children(self) -> tuple[Note | Help, ...]:
        sought = Note(f"looked for `{self.path}`: a path is relative to the file it stands in")
        return (sought, *(Help(f"did you mean `{name}`?") for name in self.near))


@frozen
class IncludeCircle(Diagnostic):
    """A file includes itself, directly or through others.

    What two files share belongs in a third that both include.

    Wrong:

        hspec 1
        include "a.hspec"
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT232"
    title = "the file `{written}` includes itself"
    label = "closes the circle"

    written: str
    first: Span | None

    def children(self) -> tuple[Note | Help, ...]:
        apart = Help("put what both need in a file of its own")
        return (Note("the circle begins here", self.first), apart) if self.first else (apart,)
