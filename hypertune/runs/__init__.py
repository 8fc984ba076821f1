"""The run folder: what a training leaves behind, and how it goes on after a stop."""

from hypertune.runs.failures import (
    CannotRecord as CannotRecord,
    DamagedRun as DamagedRun,
    DataChanged as DataChanged,
    FolderTaken as FolderTaken,
    NoInfluence as NoInfluence,
    NoSchedule as NoSchedule,
    OtherStorage as OtherStorage,
    RunError as RunError,
    RunInUse as RunInUse,
    UnfinishedRun as UnfinishedRun,
    WorkersLost as WorkersLost,
)
