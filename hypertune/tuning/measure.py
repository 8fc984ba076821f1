"""Loss and metrics of a network over a whole part of the data."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from hypertune.catalogue import Catalogue, MetricType
from hypertune.data.evaluation import EVALUATED_AT_ONCE
from hypertune.data.scaling import Scaling
from hypertune.data.sets import Part
from hypertune.hyper.domains import Domains
from hypertune.ir import Program
from hypertune.lowering.network import Network, Signal
from hypertune.lowering.objective import Objective
from hypertune.runtime import Heard, Weights


class Measure:
    """Gives `loss`, the validation objective, and the metrics that the spec reports.

    Units: the loss is of targets as scaled, metrics are of real targets in their own unit.
    """

    def __init__(
        self,
        network: Network,
        domains: Domains,
        program: Program,
        catalogue: Catalogue,
        target: Scaling,
    ) -> None:
        self._domains = domains
        self._target = target
        self._objective = Objective(network, program.objective.valid, program, catalogue)
        kinds = catalogue.of(MetricType)
        self._read = {call.kind: kinds[call.kind].read for call in program.objective.report}
        self._metrics: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
            name: kinds[name].build() for name in self._read
        }

    @torch.no_grad()
    def __call__(self, part: Part, weights: Weights, heard: Heard) -> dict[str, float]:
        """Means over the part; nothing for a part without examples."""
        signal = Signal(self._domains.own(heard.value_BH), heard.response_BH)
        self._objective.eval()
        sums: dict[str, Tensor] = {}
        for x, target in part.chunks(EVALUATED_AT_ONCE):
            for name, value in self._of_chunk(x, target, weights, signal).items():
                sums[name] = sums[name] + value if name in sums else value
        count = len(part)
        means = {name: float(total) / count for name, total in sums.items()}
        return {name: self._read.get(name, float)(mean) for name, mean in means.items()}

    def _of_chunk(
        self, x: Tensor, target: Tensor, weights: Weights, signal: Signal
    ) -> dict[str, Tensor]:
        """Sums over the examples of a chunk."""
        loss, output = self._objective.at(weights, x, target, signal)
        target = target.to(output.device)
        sums = {"loss": loss * len(x)}
        output, target = self._target.undo(output), self._target.undo(target)
        for name, metric in self._metrics.items():
            sums[name] = metric(output, target)
        return sums
