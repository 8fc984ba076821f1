"""What a layer says of itself, held against its plain twin and torch's own counts."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from hypertune.response import Conditions, Layer
from hypertune.testing.case import Case, row, silent
from hypertune.testing.law import law, responds, same


@law()
def folds_to_a_plain_layer(case: Case) -> None:
    """Its plain twin, with the folded parameters, computes the same at a fixed response."""
    layer, x, heard = case.stirred().eval(), case.inputs(), row(case.heard(), 0)
    for told in (silent(heard), heard):
        plain = case.plain(heard).eval()
        delta_G = None if told.delta_BG is None else told.delta_BG[0]
        plain.load_state_dict(layer.folded(delta_G))
        same(plain(x), case.run(layer, x, told), f"`{plain}` computes something else")


@law(responds)
def penalises_its_effective_weights(case: Case) -> None:
    """Biases (whatever has one axis) do not count."""
    layer, heard = case.stirred(), case.heard()
    for told in (silent(heard), heard):
        weights = [_effective(layer, told, i) for i in range(case.examples)]
        for what, norm, found in (
            ("squares", torch.square, layer.squares(told)),
            ("absolutes", torch.abs, layer.absolutes(told)),
        ):
            assert found is not None, f"`{what}` has no weights"
            rows = case.examples if told.delta_BG is not None else 1
            assert found.shape == (rows,), f"`{what}` has the shape {tuple(found.shape)}"
            expected = torch.stack([norm(w).sum() for w in weights])
            same(found.expand(case.examples), expected, f"`{what}` is not that of its weights")


def _effective(layer: Layer, heard: Conditions, i: int) -> Tensor:
    folded = layer.folded(None if heard.delta_BG is None else heard.delta_BG[i])
    return torch.cat([p.flatten() for p in folded.values() if p.dim() > 1])


@law()
def costs_what_it_declares(case: Case) -> None:
    """Parameters of either group; and operations, if torch counts any."""
    layer, x, heard = case.born(), case.inputs(), silent(case.heard())
    declared = case.kind.costs(case.args, case.shape, case.given)
    counts = {name: p.numel() for name, p in layer.named_parameters()}
    response = sum(n for name, n in counts.items() if name.startswith("response."))
    base = sum(counts.values()) - response
    assert declared.base == base, f"it declares {declared.base} base parameters and has {base}"
    assert declared.response == response, (
        f"it declares {declared.response} response parameters and has {response}"
    )
    with FlopCounterMode(display=False) as counter:
        case.run(layer, x, heard)
    flops = counter.get_total_flops() / case.examples
    assert not flops or declared.flops == flops, (
        f"it declares {declared.flops} FLOPs an example and torch counts {flops:g}"
    )
