"""A module whose layers respond: a bilevel problem with any two losses, and what it folds to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from typing import Any

import torch
from attrs import frozen
from torch import Tensor

from hypertune.conditioning import Conditioning
from hypertune.lowering.filling import Filled, statistics
from hypertune.modules.loaders import batch_of
from hypertune.response.conversion import Conversion, RespondingModule
from hypertune.response.parameters import split_parameters
from hypertune.runtime import (
    Batch,
    Hypers,
    Kept,
    Loss,
    Problem,
    Sample,
    Training,
    Weights,
    generators,
    seeded,
)


@frozen
class Called:
    """The module as it is evaluated in one pass: call it as you would call the module."""

    _layer: RespondingModule
    _conditioning: Conditioning

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._layer.called(self._conditioning, *args, **kwargs)

    def squares(self) -> Tensor:
        """Sum of the squared effective weights, (B,) or (1,); no biases, no gains."""
        return _or_zero(self._layer.squares(self._conditioning))

    def absolutes(self) -> Tensor:
        """Sum of the absolute effective weights, (B,) or (1,); no biases, no gains."""
        return _or_zero(self._layer.absolutes(self._conditioning))


# Of the module, constrained values by name (a number for each example, or one), and a batch.
ModuleLoss = Callable[[Called, Mapping[str, Tensor], Batch], Tensor]


class Responding:
    """What `respond` gives.

    Args:
        conversion: the layer, and what became of the module's layers.
        hypers: of the problem.

    """

    def __init__(self, conversion: Conversion, hypers: Hypers) -> None:
        self.responding, self.plain = conversion.responding, conversion.plain
        self._said, self.hypers = str(conversion), hypers
        layer = conversion.layer.train()
        self.base, self.response = split_parameters(layer)
        self._statistics = statistics(layer)
        noise = generators(tensor.device for tensor in (*layer.parameters(), *layer.buffers()))
        self._training = _Copy(layer, noise)  # which gives up its tensors before it is copied
        self._evaluation = _Copy(deepcopy(layer).eval(), noise)

    def __str__(self) -> str:
        return self._said

    def problem(self, training: ModuleLoss, validation: ModuleLoss) -> Problem:
        """The bilevel problem of two losses, each a mean over its batch."""
        return Problem(
            inner=self._training.loss(training),
            outer=self._evaluation.loss(validation),
            base=self.base,
            response=self.response,
            hypers=self.hypers,
            statistics=self._statistics,
        )

    def evaluation(
        self, loader: Iterable[Any], **measures: ModuleLoss
    ) -> Callable[[Weights, Conditioning, Kept], dict[str, float]]:
        """What a `Training` evaluates with: means over all examples of a loader.

        Args:
            loader: of the validation part.
            measures: by name, one of them `valid_loss`.

        """
        if "valid_loss" not in measures:
            raise ValueError("one of the measures must be called `valid_loss`")
        losses = {name: self._evaluation.loss(measure) for name, measure in measures.items()}

        def evaluate(weights: Weights, conditioning: Conditioning, kept: Kept) -> dict[str, float]:
            device = next((w.device for w in weights.values()), torch.device("cpu"))
            sums, examples = dict.fromkeys(losses, 0.0), 0
            for given in loader:
                batch = batch_of(given, device)
                examples += len(batch)
                for name, loss in losses.items():
                    value, _ = loss(weights, conditioning, Sample(batch, kept))
                    sums[name] += float(value) * len(batch)
            return {name: total / examples for name, total in sums.items()}

        return evaluate

    @torch.no_grad()
    def folded(
        self, weights: Weights, conditioning: Conditioning, kept: Kept
    ) -> dict[str, Tensor]:
        """The state of the module that was given to `respond`, at one point of a training."""
        response_BH = conditioning.response_BG
        return self._training.folded(
            weights, kept, None if response_BH is None else response_BH[0]
        )

    def fold(self, training: Training) -> dict[str, Tensor]:
        """The same for where a training stands: `module.load_state_dict(net.fold(training))`."""
        return self.folded(training.state.weights, training.conditioning(), training.kept())


class _Copy:
    """One copy of the modules, which holds no tensors and stays in its mode."""

    def __init__(self, layer: RespondingModule, noise: tuple[torch.Generator, ...]) -> None:
        self._layer, self._noise = layer, noise
        self._filled = Filled(layer)

    def loss(self, function: ModuleLoss) -> Loss:
        def evaluated(
            weights: Weights, conditioning: Conditioning, sample: Sample
        ) -> tuple[Tensor, Kept]:
            called = Called(self._layer, conditioning)

            def computed() -> Tensor:
                return function(called, conditioning.values, sample.batch)

            with seeded(self._noise, sample.draw):
                return self._filled.call(weights, sample.kept, computed)

        return evaluated

    def folded(self, weights: Weights, kept: Kept, response_H: Tensor | None) -> dict[str, Tensor]:
        plain, _ = self._filled.call(weights, kept, lambda: self._layer.folded(response_H))
        return {name: x.detach().clone() for name, x in plain.items()}


def _or_zero(total: Tensor | None) -> Tensor:
    return torch.zeros(1) if total is None else total
