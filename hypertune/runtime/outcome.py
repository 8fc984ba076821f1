"""How a training ends. An ending is a value; its text is the message."""

from __future__ import annotations

from attrs import frozen


@frozen
class Completed:
    """The length that was asked for is done."""

    step: int
    unit: str = "steps"

    def __str__(self) -> str:
        return f"completed {self.step} {self.unit}"


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
    """A number is lost without which the run cannot go on."""

    step: int
    what: str
    advice: str

    def __str__(self) -> str:
        return f"diverged at step {self.step}: {self.what}; {self.advice}"


@frozen
class Pruned:
    """A study ended this trial early: others were better by then."""

    step: int

    def __str__(self) -> str:
        return f"pruned at step {self.step}: other trials were better by then"


@frozen
class OutOfTime:
    """The seconds that it was given are used up."""

    step: int

    def __str__(self) -> str:
        return f"stopped at step {self.step}: its time is used up"


@frozen
class Interrupted:
    """Somebody asked for it; the run can be resumed."""

    step: int

    def __str__(self) -> str:
        return f"interrupted at step {self.step}"


Outcome = Completed | OutOfPatience | OutOfTime | Diverged | Pruned | Interrupted
