"""Data: batches, scales and augmentations."""

from __future__ import annotations

from hypertune.diagnostics import NUMBERS, TEXT, Diagnostic, Example
from hypertune.ir import Shape


class BatchTooLarge(Diagnostic):
    """A batch is to hold more examples than train."""

    code = "HT611"
    title = "a batch of {batch:_} is more than the training part"
    label = "the part `train` has {there}"
    help = "write `batch = all` for all at once"
    example = Example(wrong="data.batch = 2_000")

    batch: int
    train: int

    @property
    def there(self) -> str:
        return f"{self.train:_} example{'s' * (self.train != 1)}"


class WrongChannels(Diagnostic):
    """`scale` has more or fewer numbers than the data has channels or features."""

    code = "HT613"
    title = "{count} numbers do not scale {channels}"
    label = "`{source}` has {channels}"
    help = "write {wanted}"
    example = Example(
        wrong="data.scale = (mean = (0.1, 0.2, 0.3), std = 0.4)",
        right="data.scale = (mean = 0.3, std = 0.4)",
    )

    count: int
    needed: int
    noun: str  # one of them
    source: str

    @property
    def channels(self) -> str:
        """How many there are, with their noun."""
        return f"{self.needed} {self.noun}{'s' * (self.needed > 1)}"

    @property
    def wanted(self) -> str:
        return "one number for all" + (f", or {self.needed}" if self.needed > 1 else "")


class AugmentRank(Diagnostic):
    """An augmentation is for data of another shape."""

    code = "HT614"
    title = "`{name}` is not for data of this shape"
    label = "`{source}` gives {shape}"
    example = Example(
        both="""
            data.source = breast_cancer
            model (30) { linear(2) }
        """,
        wrong="data.augment = cutout(1, 2)",
    )

    name: str
    source: str
    shape: Shape


class UnreadableFile(Diagnostic):
    """A file that a source or a method names is not there, or does not hold what it needs.

    A `csv` table has a line of names above its rows and no empty cell; a column holds numbers or
    words, not both. The table that `schedule` replays has a column `epoch` or `step` that rises
    from row to row, and a column for each hyperparameter that is replayed, with values of its
    domain.
    """

    code = "HT615"
    title = "the file of `{kind}` cannot be used"
    label = "{why}"
    one_of = ("name", "")
    example = Example(
        wrong='data.source = csv("nowhere.csv", target = "price")',
        of=NUMBERS,
    )

    kind: str
    why: str
    name: str = ""  # what is not there
    known: tuple[str, ...] = ()


class NotASequence(Diagnostic):
    """`window` says how many steps of a sequence are looked back on; the source has no steps."""

    code = "HT616"
    title = "`{source}` is no sequence that a window could be cut from"
    label = "its examples stand each for itself"
    example = Example(wrong="data.window = 70")

    source: str


class NothingToCorrupt(Diagnostic):
    """`corrupt` damages targets of a sort that the source does not have."""

    code = "HT617"
    title = "`{kind}` cannot damage `{source}`"
    label = "it is for targets that are {wanted}"
    example = Example(
        wrong="data.corrupt = labels(40%)",
        of=NUMBERS,
    )

    kind: str
    wanted: str
    source: str


class NotOfText(Diagnostic):
    """A setting is for examples that are numbers, or stand each for itself."""

    code = "HT633"
    title = "`{setting}` does not apply to a text"
    label = "`{source}` is one: {why}"
    example = Example(of=TEXT, wrong="data.scale = standardize")

    setting: str
    source: str
    why: str


class TextTooShort(Diagnostic):
    """A part of a text does not fill the streams that it is cut into."""

    code = "HT634"
    title = "the text is too short"
    label = "{why}"
    help = "write a smaller `window` or `batch`"
    example = Example(of=TEXT, wrong="data.window = 1_000_000")

    why: str


class TokensNotSmooth(Diagnostic):
    """A penalty differentiates by the inputs of the network, which are the tokens of a text."""

    code = "HT629"
    title = "`{name}` differentiates by the inputs, and those of `{source}` are tokens"
    label = "tokens have no derivative"
    help = "`activation` and `temporal` penalise what leaves a labelled layer"
    example = Example(
        of=TEXT,
        wrong="objective.train = cross_entropy + jacobian(0.1)",
        right="objective.train = cross_entropy + entropy(0.1)",
    )

    name: str
    source: str


class NoTokens(Diagnostic):
    """An augmentation replaces tokens, and the source has none, or not the one that it needs."""

    code = "HT635"
    title = "`{name}` replaces tokens, and `{source}` {why}"
    label = "nothing that it could be done to"
    example = Example(wrong="data.augment = token_noise(0.1)")

    name: str
    source: str
    why: str
