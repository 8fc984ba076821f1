"""What a layer says of itself, held against its plain twin and torch's own counts."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from hypertune.response import Layer
from hypertune.testing.case import (
    Case,
    Conditioning,
    evaluating,
    response_parameters,
    row,
    unconditioned,
)
from hypertune.testing.law import law, responds, same
from hypertune.testing.work import Work

_PER_NUMBER = 8  # how many FLOPs are credible for each number that torch touches


@law()
def folds_to_a_plain_layer(case: Case) -> None:
    """Its plain twin, with the folded parameters, computes the same at a fixed response."""
    layer, x = evaluating(case.perturbed()), case.inputs()
    conditioning = row(case.conditioning(), 0)
    for on in (unconditioned(conditioning), conditioning):
        plain = case.plain(conditioning).eval()
        plain.load_state_dict(case.folded(layer, on))
        found, expected = case.run_plain(plain, x), case.run(layer, x, on)
        same(found, expected, f"`{plain}` computes something else")


@law(responds)
def penalises_its_effective_weights(case: Case) -> None:
    """Biases (whatever has one axis) do not count, nor do kinds that are not `penalised`.

    Where nothing counts, None is right as well.
    """
    layer, conditioning = case.perturbed(), case.conditioning()
    for on in (unconditioned(conditioning), conditioning):
        weights = [_effective(case, layer, row(on, i)) for i in range(case.examples)]
        for what, norm, found in (
            ("squares", torch.square, layer.squares(on)),
            ("absolutes", torch.abs, layer.absolutes(on)),
        ):
            if found is None:
                assert not weights[0].numel(), f"`{what}` leaves its weights out"
                continue
            rows = case.examples if on.response_BG is not None else 1
            assert found.shape == (rows,), f"`{what}` has the shape {tuple(found.shape)}"
            expected = torch.stack([norm(w).sum() for w in weights])
            same(found.expand(case.examples), expected, f"`{what}` is not that of its weights")


def _effective(case: Case, layer: Layer, on: Conditioning) -> Tensor:
    """The numbers of all weights that penalties are on, one after the other."""
    folded = case.folded(layer, on).values() if case.kind.penalised else ()
    weights = [p.flatten() for p in folded if p.dim() > 1]
    return torch.cat(weights) if weights else torch.zeros(0).double()


@law()
def costs_what_it_declares(case: Case) -> None:
    """Parameters of either group; and operations.

    Where torch counts any (products, convolutions), exactly those; elsewhere at most 8 for each
    number that its operations read or write, which is far more than a right count can be.
    """
    layer, x, conditioning = case.initialised(), case.inputs(), unconditioned(case.conditioning())
    declared = case.kind.costs(case.args, case.shape, case.given)
    total = sum(p.numel() for p in layer.parameters())
    response = sum(p.numel() for p in response_parameters(layer).values())
    for what, of, count in (
        ("base", declared.base, total - response),
        ("response", declared.response, response),
    ):
        assert of == count, f"it declares {of} {what} parameters and has {count}"
    with FlopCounterMode(display=False) as counter, Work() as work:
        case.run(layer, x, conditioning)
    flops = counter.get_total_flops() / case.examples
    assert not flops or declared.flops == flops, (
        f"it declares {declared.flops} FLOPs an example and torch counts {flops:g}"
    )
    most = _PER_NUMBER * work.numbers / case.examples
    assert flops or declared.flops <= most, (
        f"it declares {declared.flops} FLOPs an example and torch cannot have done {most:g}"
    )
