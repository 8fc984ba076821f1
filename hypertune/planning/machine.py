"""A plan for programs: plain values, ready for JSON."""

from __future__ import annotations

from typing import Any

from attrs import asdict

from hypertune.planning.plan import LayerPlan, Plan


def plan_json(found: Plan) -> dict[str, Any]:
    """All of a plan. Units: memory in bytes, FLOPs per example."""
    return {
        "tune": found.tune,
        "layers": [_layer(layer) for layer in found.layers],
        "total": {name: found.total(name) for name in ("base", "response", "flops")},
        "memory": found.memory
        and {
            device: {**asdict(memory), "peak": memory.peak}
            for device, memory in found.memory.items()
        },
        "length": found.length and asdict(found.length),
    }


def _layer(layer: LayerPlan) -> dict[str, Any]:
    node, costs = layer.layer, layer.costs
    return {
        "name": node.name,
        "kind": node.kind,
        "output": list(node.output),
        "device": layer.device,
        "given": list(node.given),
        "base": costs.base,
        "response": costs.response,
        "flops": costs.flops,
    }
