"""The precision in which losses are computed."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch


def autocast(precision: str, device: torch.device) -> AbstractContextManager[object]:
    """Within, operations on `device` run in bfloat16 where torch holds that safe, if asked.

    Raises:
        ValueError: if `precision` is neither `float32` nor `bf16`.

    """
    if precision == "float32":
        return nullcontext()
    if precision == "bf16":
        return torch.autocast(device.type, dtype=torch.bfloat16)
    raise ValueError(f"precision is float32 or bf16, not {precision}")
