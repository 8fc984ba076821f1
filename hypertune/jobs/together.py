"""A training by several processes: what cannot be trained so, and what the others do of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext

from hypertune.catalogue import Catalogue, LossType
from hypertune.data.sets import StreamPart
from hypertune.lowering import visible_devices
from hypertune.runs.checkpoint import read_checkpoint
from hypertune.runs.folder import Folder
from hypertune.runtime import SINGLE, Interrupted, Outcome, Peers, TrainingEvent
from hypertune.runtime.templates import template
from hypertune.tuning import Prepared
from hypertune.uses import CannotTrain

_CANNOT = "this cannot be trained by several processes: "
_METHODS = ("fixed", "stn", "delta_stn")  # whose every gradient is averaged


def started_together() -> int:
    """How many processes torchrun has started; 1 if it has not."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def is_first() -> bool:
    """Whether this process is the one that writes and speaks."""
    return os.environ.get("RANK", "0") == "0"


def together() -> AbstractContextManager[Peers]:
    """The processes that torchrun has started with this one; this one, if it has not."""
    if started_together() == 1:
        return nullcontext(SINGLE)
    from hypertune.distributed import joined  # loads what others have no need of

    return joined()


def own_device(device: str, peers: Peers) -> str:
    """The accelerator of this process, where the run is on accelerators."""
    _, *devices = visible_devices()
    if peers.size == 1 or device not in devices:
        return device
    return devices[int(os.environ.get("LOCAL_RANK", "0")) % len(devices)]


def check_method(kind: str) -> None:
    """Make sure that a method averages every gradient that it moves something by.

    Raises:
        CannotTrain: if it does not.

    """
    if kind not in _METHODS:
        listed = f"`{kind}` trains in one; several are for {', '.join(_METHODS)}"
        raise CannotTrain(_CANNOT + listed)


def check_together(prepared: Prepared, catalogue: Catalogue) -> None:
    """Make sure that a training means the same where each process reads some rows of a batch.

    Args:
        prepared: on this process.
        catalogue: has the kinds of its program.

    Raises:
        CannotTrain: if it does not.

    """
    losses, terms = catalogue.of(LossType), prepared.program.objective
    calls = [term.loss.kind for term in (*terms.train, *terms.valid)]
    drawn = [name for name in calls if losses[name].penalty == "inputs"]
    why = ""
    if prepared.training.passes.statistics:
        why = "layers keep statistics of a batch, of which each would see a part; `layer_norm` "
        why += "and `group_norm` do without"
    elif isinstance(prepared.sets.train, StreamPart):
        why = "the streams of a text keep hidden states, which one process has to have"
    elif drawn:
        why = f"`{drawn[0]}` draws numbers for each row of a batch"
    if why:
        raise CannotTrain(_CANNOT + why)


class Following:
    """A training that the first process writes down, from the checkpoint in its folder on."""

    def __init__(self, folder: Folder, prepared: Prepared) -> None:
        self._training = prepared.training
        if folder.last.exists():
            like = template(self._training)
            self._training.restore(read_checkpoint(folder.last, like).state)

    @property
    def seconds(self) -> float:
        """Of training, in all sittings so far."""
        return self._training.seconds

    def run(self) -> Iterator[TrainingEvent]:
        """Go on to the end, or until `stop`."""
        yield from self._training.run()

    def stop(self, ending: Callable[[int], Outcome] = Interrupted) -> None:
        """End after the step in progress."""
        self._training.stop(ending)
