"""One problem, one loop; the method is a value handed to it."""

from hypertune.runtime.events import (
    Ended as Ended,
    Event as Event,
    Reported as Reported,
    Started as Started,
    Stepped as Stepped,
)
from hypertune.runtime.method import Method as Method, State as State
from hypertune.runtime.optimiser import (
    Number as Number,
    Optimiser as Optimiser,
    Option as Option,
    Options as Options,
    Parameters as Parameters,
    Rule as Rule,
    Slots as Slots,
)
from hypertune.runtime.outcome import (
    Completed as Completed,
    Diverged as Diverged,
    Interrupted as Interrupted,
    Outcome as Outcome,
    OutOfPatience as OutOfPatience,
)
from hypertune.runtime.problem import (
    Batch as Batch,
    Batches as Batches,
    Heard as Heard,
    Hypers as Hypers,
    Loss as Loss,
    Problem as Problem,
    Weights as Weights,
)
from hypertune.runtime.recipe import Recipe as Recipe
from hypertune.runtime.schedule import (
    EpochSchedule as EpochSchedule,
    PlateauSchedule as PlateauSchedule,
    Position as Position,
    Schedule as Schedule,
)
from hypertune.runtime.training import Length as Length, Training as Training
