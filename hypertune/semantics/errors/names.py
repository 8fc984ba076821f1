"""Names: unknown, taken, or of the wrong sort."""

from __future__ import annotations

from attrs import frozen

from hypertune.diagnostics import Diagnostic, Help, Note, Span, did_you_mean


@frozen
class UnknownHyper(Diagnostic):
    """`given` names something that is not declared.

    Every name after `given` is a hyperparameter with a line `hyper` of its own. `given *` names
    all that are tuned.

    Wrong:

        hspec 1
        hyper decay : log(1e-8, 1) = 1e-3 per batch
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) given dacay }
        objective { train = cross_entropy + l2(decay); valid = cross_entropy }
        tune {
          method = delta_stn; weights = sgd(lr = 0.1); hypers = adam(lr = 0.01)
          epochs = 1
        }

    Right:

        hspec 1
        hyper decay : log(1e-8, 1) = 1e-3 per batch
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) given decay }
        objective { train = cross_entropy + l2(decay); valid = cross_entropy }
        tune {
          method = delta_stn; weights = sgd(lr = 0.1); hypers = adam(lr = 0.01)
          epochs = 1
        }
    """

    code = "HT201"
    title = "no hyperparameter is called `{name}`"
    label = "not declared in this spec"

    name: str
    known: tuple[str, ...]

    def children(self) -> tuple[Note | Help, ...]:
        match self.name:
            case "all":
                return (Help("write `given *`"),)
            case "none":
                return (Help("`given none` stands alone"),)
            case _:
                return did_you_mean(self.name, self.known)


@frozen
class UnknownKind(Diagnostic):
    """A layer type, domain, loss, metric, method, optimiser, schedule or source that is not there.

    `hypertune kinds` lists all that are, with their arguments.

    Wrong:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; liner(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT202"
    title = "no {noun} is called `{name}`"
    label = "there is no such {noun}"

    noun: str
    name: str
    known: tuple[str, ...]
    otherwise: str = ""  # what the name is, if it is not this

    def children(self) -> tuple[Note | Help, ...]:
        other = (Note(f"`{self.name}` is {self.otherwise}"),) if self.otherwise else ()
        close = () if other else did_you_mean(self.name, self.known)
        are = "there are " if len(self.known) > 1 else "there is "
        listed = Note(are + ", ".join(f"`{k}`" for k in sorted(self.known)))
        return close or (*other, listed)


@frozen
class UnknownName(Diagnostic):
    """An expression uses a name that nothing in the spec gives a meaning.

    Wrong:

        hspec 1
        let width = 32
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(witdh); linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        let width = 32
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(width); linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT203"
    title = "nothing is called `{name}`"
    label = "not declared in this spec"

    name: str
    known: tuple[str, ...]
    otherwise: str = ""  # what the name is where values are not wanted

    def children(self) -> tuple[Note | Help, ...]:
        if self.otherwise:
            return (Note(f"`{self.name}` is {self.otherwise}, and no value"),)
        return did_you_mean(self.name, self.known)


@frozen
class DeclaredTwice(Diagnostic):
    """A name is given two meanings.

    Constants, hyperparameters and blocks share their names; layers share theirs.

    Wrong:

        hspec 1
        let width = 32
        let width = 64
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        let width = 32
        let depth = 64
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT204"
    title = "`{name}` is declared twice"
    label = "declared again"

    name: str
    first: Span

    def children(self) -> tuple[Note | Help, ...]:
        return (Note("first declared here", self.first), Help("give one of them another name"))


@frozen
class UsedTooEarly(Diagnostic):
    """A constant is used above its declaration.

    Declarations are read from top to bottom, so that none can depend on itself.

    Wrong:

        hspec 1
        let twice = 2 * width
        let width = 32
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        let width = 32
        let twice = 2 * width
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT205"
    title = "`{name}` is used before it is declared"
    label = "not yet known here"

    name: str
    declared: Span

    def children(self) -> tuple[Note | Help, ...]:
        assert self.span is not None
        above = self.declared.source is self.span.source and self.declared.start < self.span.start
        advice = "it cannot be made of itself" if above else "move the declaration up"
        return (Note("declared here", self.declared), Help(advice))


@frozen
class NotAValue(Diagnostic):
    """A name stands where a value is wanted, and has none.

    A block is a piece of network, not a value; and only arguments of kinds and blocks, splits and
    scales have items with names.

    Wrong:

        hspec 1
        let size = (height = 8, width = 8)
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        let size = (8, 8)
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT206"
    title = "`{name}` is no value"
    label = "a value is wanted here"

    name: str


@frozen
class NotAHyper(Diagnostic):
    """`given` or `direct` names something that is not a hyperparameter.

    Weights answer to hyperparameters, which change while the network trains; a constant does not.

    Wrong:

        hspec 1
        let width = 32
        hyper decay : log(1e-8, 1) = 1e-3 per batch
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) given decay, width }
        objective { train = cross_entropy + l2(decay); valid = cross_entropy }
        tune {
          method = delta_stn; weights = sgd(lr = 0.1); hypers = adam(lr = 0.01)
          epochs = 1
        }

    Right:

        hspec 1
        let width = 32
        hyper decay : log(1e-8, 1) = 1e-3 per batch
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) given decay }
        objective { train = cross_entropy + l2(decay); valid = cross_entropy }
        tune {
          method = delta_stn; weights = sgd(lr = 0.1); hypers = adam(lr = 0.01)
          epochs = 1
        }
    """

    code = "HT207"
    title = "`{name}` is not a hyperparameter"
    label = "a hyperparameter is wanted here"

    name: str


@frozen
class NoSuchItem(Diagnostic):
    """Brackets after a name ask for an item that it does not have.

    `drops[6]` declares the items `drops[0]` to `drops[5]`.

    Wrong:

        hspec 1
        hyper drops[2] : rate = 0.1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; dropout(drops[2]); linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        hyper drops[2] : rate = 0.1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; dropout(drops[1]); linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT208"
    title = "`{name}` {why}"
    label = "no such item"

    name: str
    why: str


@frozen
class NotConstant(Diagnostic):
    """A `let` gives a name to a hyperparameter.

    `let` names constants. A hyperparameter has a name already; pass it by that.

    Wrong:

        hspec 1
        hyper drop : rate = 0.1
        let p = drop
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; dropout(p); linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        hyper drop : rate = 0.1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; dropout(drop); linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT209"
    title = "`{name}` is not constant"
    label = "a hyperparameter"

    name: str


@frozen
class ReservedName(Diagnostic):
    """A name that has a meaning of its own already.

    Words of the language name nothing else, and a block may not be called as a layer type is.

    Wrong:

        hspec 1
        block linear(width) { relu }
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        block dense(width) { relu }
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT210"
    title = "`{name}` cannot be declared: it is {meaning}"
    label = "choose another name"

    name: str
    meaning: str
