"""Dtypes, devices and gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from attrs import evolve
from torch import Tensor
from torch.autograd.gradcheck import GradcheckError, gradcheck

from hypertune.catalogue import Use
from hypertune.response import Conditions, Layer
from hypertune.testing.case import Case
from hypertune.testing.law import law

_DTYPES = (torch.float64, torch.float32, torch.bfloat16)


def _moved(heard: Conditions, move: Callable[[Tensor], Tensor]) -> Conditions:
    delta_BG = None if heard.delta_BG is None else move(heard.delta_BG)
    return Conditions(delta_BG, {name: move(v) for name, v in heard.values.items()})


def _outputs(case: Case, layer: Layer, x: Tensor, heard: Conditions) -> dict[str, Tensor]:
    y, dy = case.linearised(layer, x, torch.ones_like(x), heard)
    found = {"its output": case.run(layer, x, heard), "its linearised output": y}
    return found if dy is None else found | {"its change": dy}


@contextmanager
def _onednn(enabled: bool) -> Iterator[None]:
    """On x86, oneDNN crashes on some dilated convolutions of small images in bfloat16."""
    before = torch.backends.mkldnn.enabled
    torch.backends.mkldnn.enabled = enabled  # type: ignore[assignment]  # a property of a module
    try:
        yield
    finally:
        torch.backends.mkldnn.enabled = before


@law()
def keeps_the_dtype(case: Case) -> None:
    """Values may be of another type than the rest: a rate needs more than 8 bits."""
    for dtype in _DTYPES:
        layer, x = case.stirred().to(dtype), case.inputs().to(dtype)
        heard = _moved(case.heard(), lambda t, dtype=dtype: t.to(dtype))  # type: ignore[misc]
        heard = evolve(heard, values=_moved(case.heard(), Tensor.float).values)
        with _onednn(enabled=dtype != torch.bfloat16):
            outputs = _outputs(case, layer, x, heard)
        for what, tensor in outputs.items():
            assert tensor.dtype == dtype, f"{what} is {tensor.dtype} for an input of {dtype}"


@law()
def keeps_the_device(case: Case) -> None:
    """It is built and run where it is told; `meta` stands for every device but this one."""
    with torch.device("meta"):
        layer: Layer = case.kind.build(case.args, case.shape, case.given)
    at_home = [name for name, p in layer.state_dict().items() if not p.is_meta]
    assert not at_home, f"{at_home} are built elsewhere than they were told"
    x, heard = case.inputs().float().to("meta"), case.heard()
    heard = _moved(heard, lambda t: t.float().to("meta"))
    shape = (case.examples, *case.kind.output(case.args, case.shape))
    for what, tensor in _outputs(case, layer, x, heard).items():
        assert tensor.is_meta, f"{what} is elsewhere than its input"
        assert tensor.shape == shape, f"{what} has the shape {tuple(tensor.shape)} on meta"


@law()
def has_the_gradient_of_finite_differences(case: Case) -> None:
    """By the input, the response, every parameter and every smooth value, and no other value."""
    layer, heard = case.stirred(), case.heard()
    smooth = {a.name for a in case.kind.args if a.use is Use.SMOOTH} & set(heard.values)
    points = {"x": case.inputs(), **{name: heard.values[name] for name in smooth}}
    if heard.delta_BG is not None:
        points["delta_BG"] = heard.delta_BG
    weights = {name: p.detach() for name, p in layer.named_parameters()}
    inputs = [t.clone().requires_grad_() for t in (*points.values(), *weights.values())]

    def answer(*tensors: Tensor) -> Tensor:
        found = dict(zip([*points, *weights], tensors, strict=True))
        values = {name: found.get(name, v) for name, v in heard.values.items()}
        state = {name: found[name] for name in weights}
        told = Conditions(found.get("delta_BG"), values)
        return case.run_with(layer, state, found["x"], told)

    try:
        gradcheck(answer, inputs, fast_mode=True)
    except GradcheckError as different:
        raise AssertionError(f"of ({', '.join([*points, *weights])}): {different}") from different
    _hold_noise_apart(case, layer, heard, set(heard.values) - smooth)


def _hold_noise_apart(case: Case, layer: Layer, heard: Conditions, names: set[str]) -> None:
    """A gradient by a rate of noise would be wrong, so there must be none."""
    values = {k: v.clone().requires_grad_(k in names) for k, v in heard.values.items()}
    x = case.inputs().requires_grad_()
    y = case.run(layer, x, evolve(heard, values=values))
    for name in names:
        (found,) = torch.autograd.grad(y.sum(), values[name], allow_unused=True, retain_graph=True)
        assert found is None or not found.any(), f"a gradient reaches `{name}`, which moves noise"
