"""Who makes graphs of losses fast, of those who were asked."""

from __future__ import annotations

import torch

from hypertune.ir import Program
from hypertune.runtime import Compile, captured, cuda_graph, inductor, traced


def compiler(program: Program, compiles: bool, captures: bool, notes: list[str]) -> Compile | None:
    """What makes the graphs of both losses fast; None if nothing does.

    Args:
        program: placed.
        compiles: whether torch's compiler is asked for.
        captures: whether CUDA graphs are.
        notes: gets a word for people where they cannot be had.

    """
    if captures and (why := _not_captured(program)):
        notes.append(f"{why}: nothing is captured")
        captures = False
    if not captures:
        return inductor if compiles else None
    return captured(inductor if compiles else traced, cuda_graph)


def _not_captured(program: Program) -> str:
    """Why a program has no CUDA graphs; empty if it has."""
    first, *others = {torch.device(node.device or "cpu") for node in program.layers}
    if others:
        return "layers are on several devices"
    return "" if first.type == "cuda" else f"layers are on {first}, which is no CUDA device"
