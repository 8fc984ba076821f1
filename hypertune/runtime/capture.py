"""Graphs that are recorded once, on tensors that stay in place, and replayed: CUDA graphs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache

import torch
from torch import Tensor

from hypertune.runtime.graphs import Compile, Outputs, Run

# Of a function and the device that it works on: what does its work again, into the same tensors.
Record = Callable[[Callable[[], Outputs], torch.device], Callable[[], Outputs]]
_WARM_UPS = 2  # libraries set themselves up, compiled code is loaded


def captured(compiled: Compile, record: Record) -> Compile:
    """What makes a graph fast by recording what `compiled` makes of it."""

    def capture(graph: torch.nn.Module, given: list[Tensor], weights: int) -> Run:
        return _Recording(graph, given, weights, compiled, record)

    return capture


class _Recording:
    """A function of tensors, replayed. Nothing that it gives is written again.

    Weights are read where they are, since optimisers move them in place; the recording holds
    them, so that their memory is given to nobody else. All else is copied to where it was read.
    A call with weights that are somewhere else is not replayed.

    What is copied is recorded with its rows in another order, of inputs and targets not the same
    one, so that what is not read anew shows in the comparison that `Graphs` makes before use.
    """

    def __init__(
        self,
        graph: torch.nn.Module,
        given: list[Tensor],
        weights: int,
        compiled: Compile,
        record: Record,
    ) -> None:
        device, *others = {t.device for t in given}
        if others:
            raise ValueError("its tensors are on several devices")
        self._weights = given[:weights]
        self._places = [*map(_place, self._weights)]
        self._copied = [_moved(t, k + 1) for k, t in enumerate(given[weights:])]
        read = [*self._weights, *self._copied]
        self._run = run = compiled(graph, read, weights)
        self._replay = record(lambda: run(*read), device)

    def __call__(self, *given: Tensor) -> Outputs:
        count = len(self._weights)
        if [*map(_place, given[:count])] != self._places:
            return self._run(*given)
        _copy(given[count:], self._copied)
        found = self._replay()
        fresh = [None if t is None else torch.empty_like(t) for t in found]
        _copy([t for t in found if t is not None], [t for t in fresh if t is not None])
        return fresh


def cuda_graph(function: Callable[[], Outputs], device: torch.device) -> Callable[[], Outputs]:
    """A CUDA graph of what a function does, with memory of its own.

    Random numbers are drawn at each replay from the state that the default generator then has.

    Raises:
        RuntimeError: if torch cannot record it, such as where it waits for the device.

    """
    with torch.cuda.device(device):
        stream, current = _stream(device), torch.cuda.current_stream()
        stream.wait_stream(current)
        with torch.cuda.stream(stream):
            for _ in range(_WARM_UPS):
                function()
            with _no_waiting():  # a recording that fails spoils the generator in torch before 2.13
                function()
        current.wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        # other threads may do as they like
        with torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"):
            found = function()

    def replay() -> Outputs:
        graph.replay()
        return found

    return replay


@cache
def _stream(device: torch.device) -> torch.cuda.Stream:
    """The one on which graphs are recorded; cuBLAS keeps memory for each."""
    return torch.cuda.Stream(device)  # type: ignore[no-untyped-call]  # torch says no types


@contextmanager
def _no_waiting() -> Iterator[None]:
    """Within, what waits for a device raises."""
    before = torch.cuda.get_sync_debug_mode()
    torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode(before)


def _place(x: Tensor) -> tuple[int, tuple[int, ...]]:
    """Where the numbers of a tensor are, given its shape and type."""
    return x.data_ptr(), x.stride()


def _moved(x: Tensor, rows: int) -> Tensor:
    """A copy whose rows are moved by so many."""
    return x.clone().copy_(x.roll(rows, 0)) if x.dim() else x.clone()


def _copy(tensors: Sequence[Tensor], places: Sequence[Tensor]) -> None:
    """Copy each tensor to its place, those of one type at once."""
    kinds: dict[torch.dtype, tuple[list[Tensor], list[Tensor]]] = {}
    for tensor, place in zip(tensors, places, strict=True):
        of, to = kinds.setdefault(place.dtype, ([], []))
        of.append(tensor)
        to.append(place)
    for of, to in kinds.values():
        torch._foreach_copy_(to, of)
