"""What of a draft depends on how many examples there are.

The numbers were chosen on splits of the tables that scikit-learn embeds; `benchmarks/drafts.py`
measures them on other splits of these.
"""

from __future__ import annotations

from math import ceil
from typing import Final

from attrs import frozen

_FEW: Final = 1_000  # examples, of which a fifth would say too little about hyperparameters
_PLENTY: Final = 20_000  # examples, of which a tenth is enough, and is not missed by the weights
_WHOLE: Final = 512  # training examples whose gradient costs no more than that of a batch
_DEEP: Final = 2_000  # training examples that are worth a second hidden layer
_MANY: Final = 20_000  # training examples for which a larger batch is steadier and not too coarse
_STEPS: Final = 1_500  # by which a small network has converged at these learning rates
_FEWEST_EPOCHS: Final = 20
_WEAKEST: Final = {True: 1e-4, False: 1e-3}  # decay to start from, of classes and of numbers
_NOISIEST: Final = 0.3  # deviations of a number that has been scaled
_QUIETEST: Final = 0.02  # which does nothing yet
_ENOUGH: Final = 100  # numbers of an example for noise of 1, were that not too much


@frozen
class Sizes:
    """Shares of the split in percent, the examples of a batch (None: all), and epochs.

    `rows` are those of the training part, `refit` says whether those that are tuned on are added
    to them at the end.
    """

    rows: int
    train: int
    valid: int
    test: int  # 0 where there is a test part already
    batch: int | None
    epochs: int
    warmup: int
    deep: bool
    refit: bool

    def decay(self, classes: bool) -> str:
        """Where the decay starts: the stronger, the fewer examples there are, up to a bound."""
        start = min(5e-3, 1 / self.rows) if classes else min(1.0, 10 / self.rows)
        return f"{max(_WEAKEST[classes], start):.1g}"

    @property
    def parts(self) -> str:
        """As they stand in a spec."""
        shares = {"train": self.train, "valid": self.valid, "test": self.test}
        return ", ".join(f"{part} = {share}%" for part, share in shares.items() if share)


def noise(numbers: int) -> str:
    """Where noise on each of an example's numbers starts: the stronger, the more there are.

    The others say what one of many was; of a few, each is needed as it is.
    """
    return f"{min(_NOISIEST, max(_QUIETEST, numbers / _ENOUGH)):.1g}"


def suited(count: int, own_test: bool, pictures: bool) -> Sizes:
    """Sizes for so many examples, of which some become the test part unless there is one.

    Unless there are many, what is tuned on is given back to the weights at the end, and may be
    much. Small tables are trained on as a whole: an epoch is a step then, and they need many.

    """
    test = 0 if own_test else 20
    refit = count < _PLENTY
    valid = 30 if count < _FEW else 20 if refit else 10
    train = 100 - valid - test
    rows = count * train // 100
    batch = None if rows <= _WHOLE and not pictures else 64 if rows < _MANY else 256
    if batch:
        batch = min(batch, max(1, rows // 2))
    per_epoch = max(1, rows // batch) if batch else 1
    epochs = max(_FEWEST_EPOCHS, ceil(_STEPS / per_epoch))
    return Sizes(rows, train, valid, test, batch, epochs, epochs // 5, rows >= _DEEP, refit)
