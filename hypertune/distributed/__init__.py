"""Processes that torchrun has started, as `runtime.Peers`."""

from hypertune.distributed.processes import (
    PeersLost as PeersLost,
    Processes as Processes,
    joined as joined,
)
