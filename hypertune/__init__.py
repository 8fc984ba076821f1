"""Declare a network, say what its layers respond to, and tune it while it trains.

    import hypertune

    run = hypertune.train("quickstart", epochs=20)
    run.summary["best"]["valid_loss"], run.summary["hypers"]
    network = run.model()  # plain PyTorch

Everything is loaded on first use: `import hypertune` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hypertune.catalogue import (
        Arg as Arg,
        AugmentType as AugmentType,
        Catalogue as Catalogue,
        DomainType as DomainType,
        LayerType as LayerType,
        LossType as LossType,
        MergeType as MergeType,
        MethodType as MethodType,
        MetricType as MetricType,
        OptimiserType as OptimiserType,
        ScheduleType as ScheduleType,
        SolverType as SolverType,
        SourceType as SourceType,
    )
    from hypertune.compiler import compile_text as compile_text
    from hypertune.conditioning import Conditioning as Conditioning
    from hypertune.diagnostics import SpecError as SpecError
    from hypertune.ir import Program as Program
    from hypertune.jobs.trained import Run as Run, load_run as load_run
    from hypertune.methods.algorithms import (
        HOAG as HOAG,
        MAID as MAID,
        STN as STN,
        DeltaSTN as DeltaSTN,
        Fixed as Fixed,
        HypergradientDescent as HypergradientDescent,
        Hypernet as Hypernet,
        Implicit as Implicit,
        Population as Population,
        Replay as Replay,
        Unrolled as Unrolled,
    )
    from hypertune.modules.converting import respond as respond
    from hypertune.modules.loaders import Loaders as Loaders
    from hypertune.modules.responding import Responding as Responding
    from hypertune.modules.tuned import Tuned as Tuned, hypers as hypers
    from hypertune.python import compile as compile, resume as resume, train as train
    from hypertune.runs import RunError as RunError
    from hypertune.runtime import (
        Batch as Batch,
        Hypers as Hypers,
        Kept as Kept,
        Length as Length,
        Optimiser as Optimiser,
        Problem as Problem,
        Recipe as Recipe,
        Reported as Reported,
        Sample as Sample,
        Training as Training,
        Vector as Vector,
        stateless as stateless,
    )
    from hypertune.search import (
        Asha as Asha,
        Bayesian as Bayesian,
        Grid as Grid,
        RandomSearch as RandomSearch,
        Space as Space,
        Study as Study,
    )
    from hypertune.standard import STANDARD as STANDARD
    from hypertune.uses import CannotTrain as CannotTrain, Use as Use

_HOMES = {
    "hypertune.catalogue": (
        "Arg",
        "AugmentType",
        "Catalogue",
        "DomainType",
        "LayerType",
        "LossType",
        "MergeType",
        "MethodType",
        "MetricType",
        "OptimiserType",
        "ScheduleType",
        "SolverType",
        "SourceType",
    ),
    "hypertune.compiler": ("compile_text",),
    "hypertune.conditioning": ("Conditioning",),
    "hypertune.diagnostics": ("SpecError",),
    "hypertune.ir": ("Program",),
    "hypertune.methods.algorithms": (
        "HOAG",
        "MAID",
        "STN",
        "DeltaSTN",
        "Fixed",
        "HypergradientDescent",
        "Hypernet",
        "Implicit",
        "Population",
        "Replay",
        "Unrolled",
    ),
    "hypertune.modules.converting": ("respond",),
    "hypertune.modules.loaders": ("Loaders",),
    "hypertune.modules.responding": ("Responding",),
    "hypertune.modules.tuned": ("Tuned", "hypers"),
    "hypertune.python": ("compile", "resume", "train"),
    "hypertune.runs": ("RunError",),
    "hypertune.runtime": (
        "Batch",
        "Hypers",
        "Kept",
        "Length",
        "Optimiser",
        "Problem",
        "Recipe",
        "Reported",
        "Sample",
        "Training",
        "Vector",
        "stateless",
    ),
    "hypertune.search": ("Asha", "Bayesian", "Grid", "RandomSearch", "Space", "Study"),
    "hypertune.standard": ("STANDARD",),
    "hypertune.uses": ("CannotTrain", "Use"),
    "hypertune.jobs.trained": ("Run", "load_run"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = list(_HOME_OF)


def __getattr__(name: str) -> object:
    """Fetch a public name on first use, so that `hypertune check` never loads torch."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'hypertune' has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
