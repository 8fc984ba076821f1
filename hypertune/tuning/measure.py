"""Loss and metrics of a network over a whole part of the data."""

from __future__ import annotations

from collections.abc import Callable
from math import nan

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
        self._kinds = {call.kind: kinds[call.kind] for call in program.objective.report}
        self._metrics: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
            name: kind.build() for name, kind in self._kinds.items()
        }

    @torch.no_grad()
    def __call__(
        self, part: Part | StreamPart, weights: Weights, conditioning: Conditioning, kept: Kept
    ) -> dict[str, float]:
        """Loss and metrics over the targets of the part; nothing for a part without examples.

        Hidden states pass from one chunk of a stream to the next.
        """
        chunks: dict[str, list[Tensor]] = {}
        count = 0
        carried = kept
        for batch in part.chunks(EVALUATED_AT_ONCE):
            carried = kept if batch.begins else carried
            found = self._loss.evaluate(weights, conditioning, Sample(batch, carried))
            carried = found.kept
            count += batch.count
            for name, value in self._measured(found, batch.count).items():
                chunks.setdefault(name, []).append(value)
        return {name: self._read(name, values, count) for name, values in chunks.items()}

    def _measured(self, found: Evaluated, count: int) -> dict[str, Tensor]:
        """What a chunk gives, of each number that is reported."""
        output, target = self._target.undo(found.output), self._target.undo(found.target)
        if output.shape[-1] == 1 and not target.is_floating_point():
            # one logit of two classes: that of the first is zero
            output = torch.cat([torch.zeros_like(output), output], -1)
        metrics = {name: metric(output, target) for name, metric in self._metrics.items()}
        return {"loss": found.loss * count, **metrics}

    def _read(self, name: str, chunks: list[Tensor], count: int) -> float:
        """The number that is reported, of what all chunks gave."""
        kind = self._kinds.get(name)
        if kind and kind.of_all:
            rows = torch.cat(chunks)
            return kind.read(rows.cpu().numpy()) if rows.isfinite().all() else nan
        mean = float(sum(chunks[1:], chunks[0])) / count
        return kind.read(mean) if kind else mean
