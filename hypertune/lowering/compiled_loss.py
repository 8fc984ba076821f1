"""An objective of a program as a pure function of weights, conditioning and sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from attrs import evolve, frozen
from torch import Tensor

from hypertune.catalogue import Catalogue, LossType
from hypertune.conditioning import Conditioning, Rows, Values
from hypertune.ir import Label, Program, Ref, Term, labels_in
from hypertune.losses.loss_input import LossInput
from hypertune.lowering.arguments import Arguments, words_of
from hypertune.lowering.filling import Filled
from hypertune.lowering.network import Network, Taps
from hypertune.runtime import Batch, Kept, Sample, Weights, generators, seeded

Prepare = Callable[[Tensor, Tensor, Mapping[str, Tensor]], tuple[Tensor, Tensor]]


@frozen
class Evaluated:
    """What a pass gives: the loss, the output of the network, and what is left behind."""

    loss: Tensor
    output: Tensor
    target: Tensor
    kept: Kept


@frozen
class _Term:
    """A loss, its factor, what is passed to it, and what it reads of labelled layers."""

    loss: Callable[[LossInput], Tensor]
    factor: float
    arguments: Arguments
    per_weight: Mapping[str, str]  # arguments that there is a value for each weight of
    per_class: Mapping[str, Tensor]
    taps: Mapping[str, str]
    weights_of: str  # the layer whose weights it reads; empty: all
    places: slice  # of these among those that penalties are on


class CompiledLoss:
    """The sum of the terms of an objective: a scalar, the mean over the targets of the batch.

    Args:
        network: in training or in evaluation mode, in which it stays; it gives up its tensors.
        terms: of the objective.
        program: that they are of.
        catalogue: has its kinds.
        prepare: scales, and in training augments, inputs and targets.
        precision: `float32` or `bf16` (autocast), where full precision is not asked for.
        rows: which of so many rows this process reads; None for all. A loss of some is scaled so
            that the mean over the processes is that of all.

    """

    def __init__(
        self,
        network: Network,
        terms: tuple[Term, ...],
        program: Program,
        catalogue: Catalogue,
        prepare: Prepare,
        precision: str = "float32",
        rows: Callable[[int], Rows | None] = lambda total: None,
    ) -> None:
        self._network, self._prepare, self._rows = network, prepare, rows
        self._filled = Filled(network)
        self._terms = tuple(_term(term, program, catalogue, network) for term in terms)
        kinds = catalogue.of(LossType)
        self._by_inputs = any(kinds[term.loss.kind].penalty == "inputs" for term in terms)
        self._examples = {h.name for h in program.hypers if h.over == "example"}
        devices = [torch.device(node.device or "cpu") for node in program.layers]
        self._generators = generators(devices)
        self._autocast = _autocast(precision, devices[0] if devices else torch.device("cpu"))

    def __call__(
        self, weights: Weights, conditioning: Conditioning, sample: Sample
    ) -> tuple[Tensor, Kept]:
        evaluated = self.evaluate(weights, conditioning, sample)
        return evaluated.loss, evaluated.kept

    def evaluate(self, weights: Weights, conditioning: Conditioning, sample: Sample) -> Evaluated:
        """The loss, and the output that it is computed from."""

        def computed() -> tuple[Tensor, Tensor, Tensor]:
            return self._computed(conditioning, sample.batch)

        autocast = nullcontext if conditioning.full_precision else self._autocast
        with seeded(self._generators, sample.draw), autocast():
            (loss, output, target), kept = self._filled.call(weights, sample.kept, computed)
        return Evaluated(loss, output, target, kept)

    def _computed(self, conditioning: Conditioning, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        if self._examples:
            conditioning = self._of_batch(conditioning, batch)
        x, target = self._prepare(batch.inputs, batch.targets, conditioning.values)
        rows = self._rows(len(x))
        if rows is None:
            return self._of_rows(x, target, conditioning)
        own = self._own(conditioning, rows)
        loss, output, target = self._of_rows(rows.of(x), rows.of(target), own)
        return rows.share * loss, output, target

    def _of_rows(
        self, x: Tensor, target: Tensor, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor, Tensor]:
        if not self._by_inputs:
            return self._summed(x, target, conditioning)
        with torch.enable_grad():  # derivatives by the inputs are values of the loss
            x = x.detach().requires_grad_()
            total, output, target = self._summed(x, target, conditioning)
        if torch.is_grad_enabled():
            return total, output, target
        return total.detach(), output.detach(), target

    def _summed(
        self, x: Tensor, target: Tensor, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor, Tensor]:
        output, taps = self._read(x, conditioning)
        target, values = target.to(output.device), conditioning.values
        if isinstance(values, Values):
            values = values.to(output.device)

        def by_inputs(along: Tensor) -> Tensor:
            (found,) = torch.autograd.grad(output, x, along, create_graph=True)
            return found.to(output.device)

        total: Tensor | None = None
        for term in self._terms:
            passed = term.arguments(values)
            given = LossInput(
                output,
                target,
                passed,
                **self._norms(conditioning, term.weights_of, output.device),
                by_inputs=by_inputs,
                outputs={name: taps[node] for name, node in term.taps.items()},
                per_weight={name: passed[name][term.places] for name in term.per_weight},
                per_class=term.per_class,
            )
            loss = term.loss(given)
            loss = loss if term.factor == 1 else term.factor * loss
            total = loss if total is None else total + loss
        return output.new_zeros(()) if total is None else total, output, target

    def _norms(
        self, conditioning: Conditioning, of: str, device: torch.device
    ) -> dict[str, Callable[[], Any]]:
        """What penalties on weights read, of one layer or of all."""
        network = self._network
        return {
            "squares": lambda: network.squares(conditioning, of).to(device),
            "absolutes": lambda: network.absolutes(conditioning, of).to(device),
            "row_squares": lambda: [y.to(device) for y in network.row_squares(conditioning, of)],
            "weights": lambda: network.penalised(of),
        }

    def _read(self, x: Tensor, conditioning: Conditioning) -> tuple[Tensor, Mapping[str, Tensor]]:
        if not conditioning.linearised:
            found: tuple[Tensor, Mapping[str, Tensor]] = self._network(x, conditioning)
            return found
        pair, taps = self._network.linearised(x, conditioning)
        return _to_first_order(pair), {name: _to_first_order(tap) for name, tap in taps.items()}

    def _own(self, conditioning: Conditioning, rows: Rows) -> Conditioning:
        """What some rows of a batch are evaluated at."""
        values, response_BG = conditioning.values, conditioning.response_BG
        if isinstance(values, Values):
            vectors = {
                n: rows.of(v) if n in self._examples else v for n, v in values.vectors.items()
            }
            values = Values(rows.of(values.matrix_BC), values.columns, vectors)
        if response_BG is not None:
            response_BG = rows.of(response_BG)
        return evolve(conditioning, values=values, response_BG=response_BG, rows=rows)

    def _of_batch(self, conditioning: Conditioning, batch: Batch) -> Conditioning:
        """Values that there is one of for each training example, for those of the batch."""
        values = conditioning.values
        if not isinstance(values, Values) or batch.indices_B is None:
            return conditioning
        own = {n: v[batch.indices_B] for n, v in values.vectors.items() if n in self._examples}
        vectors = {**values.vectors, **own}
        return evolve(conditioning, values=Values(values.matrix_BC, values.columns, vectors))


def taps_of(program: Program, catalogue: Catalogue) -> Taps:
    """The nodes whose outputs the objectives read."""
    kinds = catalogue.of(LossType)
    terms = (*program.objective.train, *program.objective.valid)
    calls = [term.loss for term in terms if kinds[term.loss.kind].penalty != "weights"]
    return frozenset(name for call in calls for name in labels_in(call.args))


def _term(term: Term, program: Program, catalogue: Catalogue, network: Network) -> _Term:
    kind, args = catalogue.of(LossType)[term.loss.kind], term.loss.args
    device = program.layers[-1].device or "cpu"  # that of the output
    per_weight = {hyper.name for hyper in program.hypers if hyper.over == "weight"}
    references = {name: value.hyper for name, value in args.items() if isinstance(value, Ref)}
    labels = {name: value.layer for name, value in args.items() if isinstance(value, Label)}
    on_weights = kind.penalty == "weights"
    of = labels.get("of", "") if on_weights else ""
    return _Term(
        kind.build(args),
        term.weight,
        Arguments(args, kind.args, words_of(program, catalogue)),
        {name: hyper for name, hyper in references.items() if hyper in per_weight},
        {name: torch.tensor(given, device=device) for name, given in kind.per_class(args).items()},
        {} if on_weights else labels,
        of,
        network.places(of) if of else slice(None),
    )


def _to_first_order(pair: tuple[Tensor, Tensor | None]) -> Tensor:
    value, tangent = pair
    return value if tangent is None else value + tangent


def _autocast(
    precision: str, device: torch.device
) -> Callable[[], AbstractContextManager[object]]:
    """Makes a context in which operations run in bfloat16 where torch holds that safe, if asked.

    Raises:
        ValueError: if `precision` is neither `float32` nor `bf16`.

    """
    if precision == "float32":
        return nullcontext
    if precision == "bf16":
        return lambda: torch.autocast(device.type, dtype=torch.bfloat16)
    raise ValueError(f"precision is float32 or bf16, not {precision}")
