"""Plain training that replays hyperparameters over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, MethodType
from hypertune.methods.replayed import check_table

if TYPE_CHECKING:
    from hypertune.methods.algorithms import Replay


def _build(args: Args) -> Replay:
    from hypertune.methods.algorithms import Replay

    return Replay(**args)


SCHEDULE = MethodType(
    name="schedule",
    doc="Plain training that replays hyperparameters over time, such as those of a tuned run, "
    "from a table (MacKay 2019, table 1).",
    args=(
        Arg(
            "file",
            "path",
            "a CSV table: a column `epoch` or `step` (training batches), and one for each "
            "hyperparameter that is replayed, whose values hold from then on",
        ),
    ),
    follows=frozenset(),
    optimisers={"weights": ""},
    build=_build,
    look=check_table,
)
