"""Loss and metrics of a network over a whole part of the data."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from hypertune.catalogue import Catalogue, MetricType
from hypertune.conditioning import Conditioning
from hypertune.data.evaluation import EVALUATED_AT_ONCE
from hypertune.data.scaling import Scaling
from hypertune.data.sets import Part, StreamPart
from hypertune.ir import Program
from hypertune.lowering.compiled_loss import CompiledLoss, Evaluated
from hypertune.runtime import Kept, Sample, Weights


class Measure:
    """Gives `loss`, the validation objective, and the metrics that the spec reports.

    Units: the loss is of targets as scaled, metrics are of real targets in their own unit.
    """

    def __init__(
        self, loss: CompiledLoss, program: Program, catalogue: Catalogue, target: Scaling
    ) -> None:
        self._loss, self._target = loss, target
        kinds = catalogue.of(MetricType)
        self._read = {call.kind: kinds[call.kind].read for call in program.objective.report}
        self._metrics: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
            name: kinds[name].build() for name in self._read
        }

    @torch.no_grad()
    def __call__(
        self, part: Part | StreamPart, weights: Weights, conditioning: Conditioning, kept: Kept
    ) -> dict[str, float]:
        """Means over the targets of the part; nothing for a part without examples.

        Hidden states pass from one chunk of a stream to the next.
        """
        sums: dict[str, Tensor] = {}
        count = 0
        carried = kept
        for batch in part.chunks(EVALUATED_AT_ONCE):
            carried = kept if batch.begins else carried
            found = self._loss.evaluate(weights, conditioning, Sample(batch, carried))
            carried = found.kept
            count += batch.count
            for name, value in self._sums(found, batch.count).items():
                sums[name] = sums[name] + value if name in sums else value
        means = {name: float(total) / count for name, total in sums.items()}
        return {name: self._read.get(name, float)(mean) for name, mean in means.items()}

    def _sums(self, found: Evaluated, count: int) -> dict[str, Tensor]:
        """Sums over the targets of a chunk."""
        sums = {"loss": found.loss * count}
        output, target = self._target.undo(found.output), self._target.undo(found.target)
        for name, metric in self._metrics.items():
            sums[name] = metric(output, target)
        return sums
