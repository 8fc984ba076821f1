"""One problem, one loop; the method is a value handed to it."""

from hypertune.runtime.batch import Batch as Batch, Kept as Kept, Sample as Sample
from hypertune.runtime.capture import (
    Record as Record,
    captured as captured,
    cuda_graph as cuda_graph,
)
from hypertune.runtime.events import (
    Ended as Ended,
    Event as Event,
    Noted as Noted,
    Refitting as Refitting,
    Reported as Reported,
    Started as Started,
    Stepped as Stepped,
    TrainingEvent as TrainingEvent,
    Tried as Tried,
    Within as Within,
)
from hypertune.runtime.graphs import (
    Compile as Compile,
    Graphs as Graphs,
    Outputs as Outputs,
    inductor as inductor,
    traced as traced,
)
from hypertune.runtime.method import (
    CannotFollow as CannotFollow,
    Method as Method,
    State as State,
    Step as Step,
)
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
    OutOfTime as OutOfTime,
    Pruned as Pruned,
)
from hypertune.runtime.passes import Passes as Passes
from hypertune.runtime.peers import SINGLE as SINGLE, Peers as Peers
from hypertune.runtime.problem import (
    Batches as Batches,
    Hypers as Hypers,
    Loss as Loss,
    Problem as Problem,
    Vector as Vector,
    Weights as Weights,
    stateless as stateless,
)
from hypertune.runtime.recipe import Recipe as Recipe
from hypertune.runtime.schedule import (
    EpochSchedule as EpochSchedule,
    PlateauSchedule as PlateauSchedule,
    Position as Position,
    Schedule as Schedule,
)
from hypertune.runtime.seeding import generators as generators, mixed as mixed, seeded as seeded
from hypertune.runtime.training import Length as Length, Training as Training
