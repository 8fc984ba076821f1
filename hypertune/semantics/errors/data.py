"""Data: batches, scales and augmentations."""

from __future__ import annotations

from hypertune.diagnostics import NUMBERS, TEXT, Diagnostic, Example


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


class DoesNotApply(Diagnostic):
    """Something is used on data that it is not for.

    Losses, metrics and corruptions are for classes or for real numbers; augmentations for shapes
    of some ranks, or for tokens. A `window` is cut from a text alone: its examples do not stand
    each for itself, its parts are files of their own, and its targets are its next tokens. A
    stratified split gives each part each class in the share that it has of all examples.
    """

    code = "HT633"
    title = "`{what}` does not apply to `{source}`"
    label = "{why}"
    help = "{advice}"
    example = Example(wrong="objective.train = mse")

    what: str
    source: str
    why: str
    advice: str = ""


class TextTooShort(Diagnostic):
    """A part of a text does not fill the streams that it is cut into."""

    code = "HT634"
    title = "the text is too short"
    label = "{why}"
    help = "write a smaller `window` or `batch`"
    example = Example(of=TEXT, wrong="data.window = 1_000_000")

    why: str
