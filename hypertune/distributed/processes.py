"""torch.distributed behind the few things that a training asks of its peers."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch
import torch.distributed as dist
from attrs import frozen
from torch import Tensor

from hypertune.conditioning import Rows
from hypertune.runs import RunError


class PeersLost(RunError):
    """Another process of a training that several do together has gone."""

    def __init__(self, fault: Exception) -> None:
        super().__init__(
            "another process of this training cannot be reached any more; start all of them "
            f"again with `hypertune resume` ({str(fault).splitlines()[0]})"
        )


@frozen
class Processes:
    """Those of the default process group; gloo speaks for CPUs, NCCL for GPUs."""

    rank: int
    size: int

    def rows(self, total: int) -> Rows:
        """Parts as equal as can be; a row of no weight where there are fewer than processes."""
        first, end = (total * number // self.size for number in (self.rank, self.rank + 1))
        share = (end - first) * self.size / total
        first = min(first, total - 1)
        return Rows(first, max(end - first, 1), total, share)

    def average(self, gradients: Sequence[Tensor]) -> None:
        if not gradients:
            return
        together = torch.cat([gradient.flatten() for gradient in gradients])
        with _reached():
            dist.all_reduce(together)
        together /= self.size
        parts = torch.split(together, [gradient.numel() for gradient in gradients])
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.view_as(gradient))

    def any(self, wishes: Sequence[bool]) -> list[bool]:
        counted = torch.tensor([*wishes], dtype=torch.int32)  # on the CPU: no device waits
        with _reached():
            dist.all_reduce(counted)
        return [bool(count) for count in counted.tolist()]

    def path_of_first(self, path: Path) -> Path:
        """What the first process has here."""
        text = os.fsencode(path) if self.rank == 0 else b""
        length = torch.tensor([len(text)])
        with _reached():
            dist.broadcast(length, 0)
            content = torch.frombuffer(bytearray(text.ljust(int(length))), dtype=torch.uint8)
            dist.broadcast(content, 0)
        return Path(os.fsdecode(bytes(content.tolist())))


@contextmanager
def joined() -> Iterator[Processes]:
    """Within, all processes that torchrun has started can be asked."""
    cuda = torch.cuda.is_available()
    if cuda:
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    with _reached():
        dist.init_process_group("cpu:gloo,cuda:nccl" if cuda else "gloo")
    try:
        yield Processes(dist.get_rank(), dist.get_world_size())
    finally:
        dist.destroy_process_group()


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except (RuntimeError, ValueError) as fault:
        raise PeersLost(fault) from fault
