"""Dtypes, devices and gradients."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor
from torch.autograd.gradcheck import GradcheckError, gradcheck

from hypertune.catalogue import Use
from hypertune.response import Layer
from hypertune.testing.case import Case, Conditioning, moved, with_values
from hypertune.testing.law import law, reads_numbers

_DTYPES = (torch.float64, torch.float32, torch.bfloat16)


def _outputs(case: Case, layer: Layer, x: Tensor, conditioning: Conditioning) -> dict[str, Tensor]:
    y, dy = case.linearised(layer, x, torch.ones_like(x), conditioning)
    found = {"its output": case.run(layer, x, conditioning), "its linearised output": y}
    return found if dy is None else found | {"its tangent": dy}


@contextmanager
def _onednn(enabled: bool) -> Iterator[None]:
    """On x86, oneDNN crashes on some dilated convolutions of small images in bfloat16."""
    before = torch.backends.mkldnn.enabled
    torch.backends.mkldnn.enabled = enabled  # type: ignore[assignment]  # a property of a module
    try:
        yield
    finally:
        torch.backends.mkldnn.enabled = before


@law(reads_numbers)
def keeps_the_dtype(case: Case) -> None:
    """Values may be of another type than the rest: a rate needs more than 8 bits."""
    for dtype in _DTYPES:
        layer, x = case.perturbed().to(dtype), case.inputs().to(dtype)
        single = moved(case.conditioning(), Tensor.float)
        conditioning = moved(single, lambda t, dtype=dtype: t.to(dtype))  # type: ignore[misc]
        conditioning = with_values(conditioning, single.values)
        with _onednn(enabled=dtype != torch.bfloat16):
            outputs = _outputs(case, layer, x, conditioning)
        for what, tensor in outputs.items():
            assert tensor.dtype == dtype, f"{what} is {tensor.dtype} for an input of {dtype}"


@law(reads_numbers)
def keeps_the_device(case: Case) -> None:
    """It is built and run on the device asked for; `meta` stands for every one but this."""
    layer = case.elsewhere()
    here = [name for name, p in layer.state_dict().items() if not p.is_meta]
    assert not here, f"{here} are built on another device than the one asked for"
    x, conditioning = case.inputs().float().to("meta"), case.conditioning()
    conditioning = moved(conditioning, lambda t: t.float().to("meta"))
    shape = (case.examples, *case.output_shape)
    for what, tensor in _outputs(case, layer, x, conditioning).items():
        assert tensor.is_meta, f"{what} is elsewhere than its input"
        assert tensor.shape == shape, f"{what} has the shape {tuple(tensor.shape)} on meta"


@law(reads_numbers)
def has_the_gradient_of_finite_differences(case: Case) -> None:
    """By the input, the response, every parameter and every smooth value, and no other value."""
    layer, conditioning = case.perturbed(), case.conditioning()
    smooth = {a.name for a in case.kind.args if a.use is Use.SMOOTH} & set(conditioning.values)
    points = {"x": case.inputs(), **{name: conditioning.values[name] for name in smooth}}
    if conditioning.response_BG is not None:
        points["response_BG"] = conditioning.response_BG
    weights = {name: p.detach() for name, p in layer.named_parameters()}
    inputs = [t.clone().requires_grad_() for t in (*points.values(), *weights.values())]

    def output(*tensors: Tensor) -> Tensor:
        found = dict(zip([*points, *weights], tensors, strict=True))
        values = {name: found.get(name, v) for name, v in conditioning.values.items()}
        state = {name: found[name] for name in weights}
        changed = Conditioning(values, found.get("response_BG"))
        return case.run_with(layer, state, found["x"], changed)

    try:
        gradcheck(output, inputs, fast_mode=True)
    except GradcheckError as different:
        raise AssertionError(f"of ({', '.join([*points, *weights])}): {different}") from different
    _hold_noise_apart(case, layer, conditioning, set(conditioning.values) - smooth)


def _hold_noise_apart(
    case: Case, layer: Layer, conditioning: Conditioning, names: set[str]
) -> None:
    """A gradient by a rate of noise would be wrong, so there must be none."""
    values = {k: v.clone().requires_grad_(k in names) for k, v in conditioning.values.items()}
    x = case.inputs().requires_grad_()
    y = case.run(layer, x, with_values(conditioning, values))
    for name in names:
        (found,) = torch.autograd.grad(y.sum(), values[name], allow_unused=True, retain_graph=True)
        assert found is None or not found.any(), f"a gradient reaches `{name}`, which moves noise"
