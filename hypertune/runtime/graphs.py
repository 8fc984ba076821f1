"""Losses as graphs that torch compiles: value, gradients and what is left behind in one."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Any

import torch
from attrs import evolve, frozen
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.overrides import TorchFunctionMode

from hypertune.conditioning import Conditioning, Values
from hypertune.runtime.batch import Batch, Kept, Sample
from hypertune.runtime.problem import Loss, Weights
from hypertune.runtime.seeding import mixed, seeded

Outputs = list[Tensor | None]
Run = Callable[..., Outputs]  # from the tensors of a call
# Of a graph, tensors as it will get, and how many of the first are weights: those stay in place.
Compile = Callable[[torch.nn.Module, list[Tensor], int], Run]
# What is rounding and no mistake, by precision: of the norm of a tensor, and of the largest norm
# of a gradient, for one that is zero but for rounding (a bias's before a batch normalisation).
_ROUNDING = {"float32": (1e-2, 0.0), "bf16": (1e-1, 5e-2)}
_TINY = 1e-6
_Place = tuple[str, str]  # what a tensor is to a call, and its name there


def traced(graph: torch.nn.Module, given: list[Tensor], weights: int) -> Run:
    """The graph as it is."""
    return graph


def inductor(graph: torch.nn.Module, given: list[Tensor], weights: int) -> Run:
    """Compiled by torch; random numbers are drawn as the uncompiled loss draws them.

    What is compiled is the graph, not Python, so `torch.compile` has nothing to look for: its
    guards would be checked at every call, and `Graphs` knows already which graph a call wants.
    """
    from torch import _inductor  # loads torch's compiler

    options = {"fallback_random": True}
    # mypy: torch takes a list of more than tensors
    compiled: Run = _inductor.compile(graph, [*given], options=options)  # type: ignore[arg-type]
    return compiled


class Graphs:
    """A loss, from a graph for each kind of call: which tensors, of what shapes, which are wanted.

    A graph is a function of a call and of nothing before it, so that a training that is taken up
    goes on as it would have. Before its first use it is held against the loss, under another
    seed; where the two differ, or torch cannot compile it, the loss is evaluated as it is.
    Gradients cannot be differentiated again.

    Args:
        loss: the pure loss.
        name: of it, for the notes.
        rows: lengths of batches that are worth a graph; others are rare.
        defaults: the generators that noise is drawn from.
        notes: where words for people are put.
        compiled: makes a graph fast.
        precision: of the loss, `float32` or `bf16`.

    """

    def __init__(
        self,
        loss: Loss,
        name: str,
        rows: Collection[int],
        defaults: tuple[torch.Generator, ...],
        notes: list[str],
        compiled: Compile = inductor,
        precision: str = "float32",
    ) -> None:
        self._near, self._share = _ROUNDING[precision]
        self._loss, self._name, self._rows = loss, name, rows
        self._defaults, self._notes, self._compiled = defaults, notes, compiled
        self._graphs: dict[object, _Graph | None] = {}

    def __call__(
        self, weights: Weights, conditioning: Conditioning, sample: Sample
    ) -> tuple[Tensor, Kept]:
        tensors = self._worth(conditioning, sample) and _tensors(weights, conditioning, sample)
        if not tensors or not any(t.requires_grad for t in tensors.values()):
            return self._loss(weights, conditioning, sample)
        kinds = tuple((p, t.shape, t.dtype, t.requires_grad) for p, t in tensors.items())
        asked = conditioning.linearised, conditioning.full_precision
        key = (kinds, asked, sample.batch.begins)
        if key not in self._graphs:
            self._graphs[key] = self._made(tensors, conditioning, sample)
        graph = self._graphs[key]
        if graph is None:
            return self._loss(weights, conditioning, sample)
        found = self._run(graph, list(tensors.values()), sample.draw)
        kept = Kept(
            {n: t for (part, n), t in zip(graph.left, found[1:], strict=False) if part == "stat"},
            {n: t for (part, n), t in zip(graph.left, found[1:], strict=False) if part == "state"},
        )
        wanted = [t for t in tensors.values() if t.requires_grad]
        loss: Tensor = _Joined.apply(found[0], found[1 + len(graph.left) :], *wanted)
        return loss, kept

    def _worth(self, conditioning: Conditioning, sample: Sample) -> bool:
        batch = sample.batch
        tensors = isinstance(batch.inputs, Tensor) and isinstance(batch.targets, Tensor | None)
        known = tensors and isinstance(conditioning.values, Values) and torch.is_grad_enabled()
        return known and len(batch) in self._rows

    def _run(self, graph: _Graph, tensors: list[Tensor], draw: int) -> list[Any]:
        with seeded(self._defaults, draw), torch.no_grad():
            return graph.run(*tensors)

    def _made(
        self, tensors: dict[_Place, Tensor], conditioning: Conditioning, sample: Sample
    ) -> _Graph | None:
        """The graph of a call, or None where there is none that can be used."""
        began = time.monotonic()
        given = [t.detach() for t in tensors.values()]
        left: list[_Place] = []
        function = self._function(tensors, conditioning, sample, left)
        weights = sum(part == "weights" for part, _ in tensors)
        try:
            with seeded(self._defaults, sample.draw), torch.no_grad():
                run = self._compiled(_traced(function, given), given, weights)
            graph, draw = _Graph(run, tuple(left)), mixed(sample.draw, 1)
            found = self._run(graph, given, draw)
        except Exception as fault:
            why = (str(fault).strip() or type(fault).__name__).splitlines()[0]
            self._notes.append(f"the {self._name} loss is evaluated as it is: {why}")
            return None
        other = self._function(tensors, conditioning, sample.redrawn(draw), [])(*given)
        if self._differ(found, other, 1 + len(left)):
            self._notes.append(
                f"the {self._name} loss is evaluated as it is: "
                "what torch made of it gives other numbers"
            )
            return None
        self._notes.append(
            f"made a graph of the {self._name} loss: {time.monotonic() - began:.0f} s"
        )
        return graph

    def _differ(self, found: Outputs, other: Outputs, first: int) -> bool:
        """Whether outputs differ by more than rounding; gradients are those from `first` on."""
        tiny = _TINY + self._share * max(map(_norm, other[first:]), default=0.0)
        pairs = enumerate(zip(found, other, strict=True))
        return any(_differ(a, b, self._near, tiny if k >= first else _TINY) for k, (a, b) in pairs)

    def _function(
        self,
        tensors: dict[_Place, Tensor],
        conditioning: Conditioning,
        sample: Sample,
        left: list[_Place],
    ) -> Run:
        """Loss, what is left behind and gradients, of the tensors of a call alone."""
        wanted = [place for place, t in tensors.items() if t.requires_grad]

        def function(*given: Tensor) -> Outputs:
            found = {
                place: t.detach().requires_grad_(place in wanted)
                for place, t in zip(tensors, given, strict=True)
            }
            with torch.enable_grad():
                loss, kept = self._loss(*_call(found, conditioning, sample))
                gradients = torch.autograd.grad(
                    loss, [found[place] for place in wanted], allow_unused=True
                )
            behind = {("stat", n): t for n, t in kept.statistics.items()}
            behind |= {("state", n): t for n, t in kept.states.items()}
            left[:] = behind
            return [loss.detach(), *behind.values(), *gradients]

        return function


@frozen
class _Graph:
    """A compiled function of the tensors of a call, and the names of what it leaves behind."""

    run: Run
    left: tuple[_Place, ...]


class _Joined(torch.autograd.Function):
    """A loss whose gradients are known, and handed over once: they are not copied on the way."""

    @staticmethod
    def forward(ctx: Any, loss: Tensor, gradients: list[Tensor | None], *wanted: Tensor) -> Tensor:
        ctx.gradients = gradients
        return loss.view_as(loss)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, by_loss: Tensor) -> tuple[Tensor | None, ...]:
        gradients, ctx.gradients = ctx.gradients, None
        if gradients is None:
            raise RuntimeError("a graph has handed over its gradients already")
        if by_loss.device.type != "cpu" or by_loss != 1:  # to ask another device is to wait for it
            wanted = [g for g in gradients if g is not None]
            scaled = iter(torch._foreach_mul(wanted, by_loss))  # few kernels for all
            gradients = [None if g is None else next(scaled) for g in gradients]
        return None, None, *gradients


class _Words(TorchFunctionMode):
    """Random words by an operation whose name can stand in a graph's text, and the same bits.

    The text of `Tensor.random_` between two ends is no Python (`aten.random_.from`).
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Collection[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        if func is Tensor.random_ and args[1:] == (-(2**63), None):
            words: Tensor = args[0]
            drawn = torch.randint(-(2**63), 2**63 - 1, words.shape, device=words.device)
            return words.copy_(drawn ^ -(2**63))
        return func(*args, **(kwargs or {}))


def _traced(function: Run, given: list[Tensor]) -> torch.nn.Module:
    from torch.fx.experimental.proxy_tensor import make_fx  # loads torch's compiler

    def drawing(*given: Tensor) -> Outputs:
        with _Words():
            return function(*given)

    graph: torch.nn.Module = make_fx(drawing)(*given)
    return graph


def _tensors(weights: Weights, conditioning: Conditioning, sample: Sample) -> dict[_Place, Tensor]:
    """All tensors of a call, in an order that equal calls share; weights come first."""
    values: Any = conditioning.values
    found: dict[_Place, Tensor | None] = {("weights", n): t for n, t in weights.items()}
    found["values", ""] = values.matrix_BC
    found |= {("vectors", n): t for n, t in values.vectors.items()}
    found["response", ""] = conditioning.response_BG
    batch, kept = sample.batch, sample.kept
    found["inputs", ""], found["targets", ""] = batch.inputs, batch.targets
    found["indices", ""] = batch.indices_B
    found |= {("statistics", n): t for n, t in kept.statistics.items()}
    found |= {("states", n): t for n, t in kept.states.items()}
    return {place: t for place, t in found.items() if t is not None}


def _call(
    found: dict[_Place, Tensor], like: Conditioning, sample: Sample
) -> tuple[Weights, Conditioning, Sample]:
    """The call with these tensors."""

    def named(part: str) -> dict[str, Tensor]:
        return {name: t for (its, name), t in found.items() if its == part}

    columns: Any = like.values
    values = Values(found["values", ""], columns.columns, named("vectors"))
    at = evolve(like, values=values, response_BG=found.get(("response", "")))
    target, indices = found.get(("targets", "")), found.get(("indices", ""))
    batch = Batch(found["inputs", ""], target, indices, sample.batch.begins)
    kept = Kept(named("statistics"), named("states"))
    return named("weights"), at, Sample(batch, kept, sample.draw, sample.part)


def _norm(x: Tensor | None) -> float:
    return 0.0 if x is None or not x.is_floating_point() else float(x.norm())


def _differ(a: Tensor | None, b: Tensor | None, near: float, tiny: float) -> bool:
    if a is None or b is None:
        return a is not b
    if not a.is_floating_point():
        return not a.equal(b)
    return not _norm(a - b) <= near * _norm(b) + tiny
