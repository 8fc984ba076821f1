"""`refitted`: the training that comes after one, on its training and validation part together."""

from __future__ import annotations

from attrs import evolve

from hypertune.catalogue import Catalogue
from hypertune.ir import Call, Quantity
from hypertune.tuning.preparing import Prepared, Steps, prepare


def refitted(first: Prepared, catalogue: Catalogue, table: str, epochs: float) -> Prepared:
    """The same network from the same first weights, trained plainly on more examples.

    Examples are scaled as before. A schedule of the learning rate moves as it did, whether or not
    this training goes to its end.

    Args:
        first: what was trained; its program has the values that are not in the table.
        catalogue: has its kinds.
        table: the file of the hyperparameters over time; empty if there are none.
        epochs: how long, counted in the larger part.

    """
    tune, training = first.tune, first.training
    before = Steps(training.batches.per_epoch / training.method.batches_per_step)
    plan = tune.schedule
    if plan is not None and plan.args.get("t_max", 0) is None:
        plan = evolve(plan, args={**plan.args, "t_max": before.epochs(tune.length)})
    again = evolve(
        tune,
        method=Call("schedule", {"file": table}) if table else Call("fixed"),
        optimisers={"weights": tune.optimisers["weights"]},
        schedule=plan,
        length=Quantity(epochs, "epochs"),
        patience=None,
        refit=None,
    )
    program = evolve(first.program, tunes=(again,))
    sets = first.sets.together()
    return prepare(program, tune.name, catalogue, sets, channels_last=first.channels_last)
