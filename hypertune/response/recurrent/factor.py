"""The matrix that every step of a sequence multiplies a few rows by."""

from __future__ import annotations

import torch
from attrs import field, frozen
from torch import Tensor

_ONEDNN = torch.ops.mkldnn
# Arranging pays for matrices that the cache of a core (1 MB) does not hold, and after some steps.
# Measured on an AMD EPYC with AVX-512 and torch 2.15, 20 and 40 rows, n x 4n numbers: for n = 200
# nothing is gained; n = 300, 400 and 650 make up for both directions after 15, 10 and 7 steps.
_NUMBERS, _STEPS = 2**18, 16


@frozen
class Factor:
    """x ↦ x M, arranged for the processor once and not at every step.

    With few rows a product takes as long to arrange a large M as to multiply by it. On a CPU, in
    single precision, oneDNN does that beforehand: products of 20 rows with 650 x 2600 numbers
    take two thirds of the time. It rounds otherwise than `torch.mm`.

    Args:
        matrix_IO: M.
        steps: how often the product will be asked for.

    """

    matrix_IO: Tensor
    steps: int
    packed: Tensor | None = field(init=False)

    @packed.default
    def _pack(self) -> Tensor | None:
        worth = self.steps >= _STEPS and self.matrix_IO.numel() >= _NUMBERS
        if not worth or not _by_onednn(self.matrix_IO):
            return None
        packed: Tensor = _ONEDNN._reorder_linear_weight(self.matrix_IO.T)
        return packed

    def __call__(
        self, x_BI: Tensor, plus_BO: Tensor | None = None, out: Tensor | None = None
    ) -> Tensor:
        """The product, a sum with it, either written over `out` if that is given."""
        if self.packed is None:
            if plus_BO is None:
                return torch.mm(x_BI, self.matrix_IO, out=out)
            return torch.addmm(plus_BO, x_BI, self.matrix_IO, out=out)
        y_BO: Tensor = _ONEDNN._linear_pointwise(x_BI, self.packed, None, "none", [], "")
        if plus_BO is not None:
            return torch.add(y_BO, plus_BO, out=y_BO if out is None else out)
        return y_BO if out is None else out.copy_(y_BO)


def _by_onednn(matrix: Tensor) -> bool:
    onednn = torch.backends.mkldnn
    return (
        matrix.device.type == "cpu"
        and matrix.dtype == torch.float32
        and bool(onednn.is_available())  # type: ignore[no-untyped-call]
        and bool(onednn.enabled)
        and not torch.compiler.is_compiling()
    )
