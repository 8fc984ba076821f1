"""How a training ends. An ending is a value; its text is the message."""

from __future__ import annotations

from attrs import frozen


@frozen
class Completed:
    """The length that was asked for is done."""

    step: int

    def __str__(self) -> str:
        return f"completed {self.step} steps"


@frozen
class OutOfPatience:
    """The validation loss has not fallen for as long as was allowed."""

    step: int
    best_step: int

    def __str__(self) -> str:
        return (
            f"stopped at step {self.step}: no better validation loss since step {self.best_step}"
        )


@frozen
class Diverged:
    """A loss or a hyperparameter is no longer a finite number."""

    step: int
    what: str
    advice: str

    def __str__(self) -> str:
        return f"diverged at step {self.step}: {self.what}; {self.advice}"


@frozen
class Interrupted:
    """Somebody asked for it; the run can be resumed."""

    step: int

    def __str__(self) -> str:
        return f"interrupted at step {self.step}"


Outcome = Completed | OutOfPatience | Diverged | Interrupted
