"""Plain training at hyperparameters that a table gives over time."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, ClassVar

import torch
from attrs import frozen
from torch import Tensor

from hypertune.conditioning import Conditioning, Values
from hypertune.methods.algorithms.declared import Declared
from hypertune.methods.algorithms.group import Group, descend, tied_options
from hypertune.methods.replayed import Cell, Table, read_table
from hypertune.methods.schedule import SCHEDULE
from hypertune.runtime import Hypers, Passes, Problem, Recipe, Step
from hypertune.uses import CannotTrain


class ReplayState:
    """Base weights that move, and the row of the table that holds; row 0 is the start.

    Raises:
        CannotTrain: if the table has a column of something else, or moves a learning rate that a
            schedule moves, too.

    """

    def __init__(self, problem: Problem, recipe: Recipe, table: Table) -> None:
        weights, hypers = recipe.need("weights"), problem.hypers
        self._tied = tied_options(recipe, table.columns)
        self.base = Group(problem.base, weights, recipe.schedule, recipe.clip)
        response = {name: p.detach() for name, p in problem.response.items()}
        self.weights = {**self.base.detached, **response}
        self.for_base = {**self.base.trainable, **response}
        self.vectors: dict[str, Tensor] = {}
        self.unit, self._times = table.unit, table.times
        self._hypers = hypers
        self._values_NC = _values(hypers, table)
        self._options = [
            {option: float(table.columns[hyper][row]) for option, hyper in self._tied.items()}
            for row in range(len(table.times))
        ]
        self._row = 0

    @property
    def unconstrained_H(self) -> Tensor:
        if self._row == 0:
            return self._hypers.start_H.detach()
        return self._hypers.unconstrained(self._values_NC[self._row])

    @property
    def conditioning(self) -> Conditioning:
        values_1C = self._values_NC[self._row : self._row + 1]
        hypers = self._hypers
        return Conditioning(Values(values_1C, hypers.columns, hypers.starting_vectors))

    def reach(self, batch: int, per_epoch: int) -> None:
        """Go on to the row that holds for a training batch."""
        time = batch if self.unit == "step" else batch / per_epoch
        row = bisect_right(self._times, time)
        if row and row != self._row:
            self.base.set_options(self._options[row - 1])
        self._row = row

    def statistics(self) -> dict[str, Tensor]:
        return {}

    def end_epoch(self, valid_loss: float | None) -> None:
        self.base.end_epoch(valid_loss)

    def state_dict(self) -> dict[str, Any]:
        return {"base": self.base.state_dict(), "values": self._values_NC, "row": self._row}

    def load_state_dict(self, tree: dict[str, Any]) -> None:
        self.base.load_state_dict(tree["base"])
        self._values_NC = tree["values"].to(self._values_NC)  # whatever the file has become
        self._row = tree["row"]


@frozen
class Replay(Declared):
    """Plain training, in which a table moves the hyperparameters.

    What the table has no column for stays at its start, as does all before its first row. Options
    of the weights' optimiser may be among what it moves.

    Args:
        file: a CSV table, as `hypertune.methods.replayed` reads it.

    Source: MacKay, Vicol, Lorraine, Duvenaud and Grosse 2019, table 1.

    """

    declaration: ClassVar = SCHEDULE

    file: str

    def init(self, problem: Problem, recipe: Recipe) -> ReplayState:
        return ReplayState(problem, recipe, read_table(self.file))

    def step(self, passes: Passes, state: ReplayState, k: int) -> Step:
        state.reach(k, passes.batches.per_epoch)
        loss = passes.inner(state.for_base, state.conditioning, passes.train(k), keep=True)
        descend(loss, state.base)
        return Step(loss.detach())

    def conditioning(self, problem: Problem, state: ReplayState) -> Conditioning:
        return state.conditioning


def _values(hypers: Hypers, table: Table) -> Tensor:
    """The constrained values at the start, and then in each row of the table."""
    start_C = hypers.constrain(hypers.start_H.detach())
    values_NC = start_C.repeat(1 + len(table.times), 1)
    for name, cells in table.columns.items():
        if name not in hypers.columns:
            raise CannotTrain(f"the table has a column `{name}`, which is no hyperparameter")
        numbers = torch.tensor([_number(hypers, name, cell) for cell in cells], dtype=torch.double)
        values_NC[1:, hypers.columns[name]] = numbers.to(values_NC)
    return values_NC


def _number(hypers: Hypers, name: str, cell: Cell) -> float:
    """The constrained value of a cell; that of a word is its place."""
    if isinstance(cell, float):
        return cell
    logits = [other for other in hypers.names if other.startswith(f"{name}[")]
    if f"{name}[{cell}]" not in logits:
        raise CannotTrain(f"the table has `{cell}` for `{name}`, which is not among its words")
    return float(logits.index(f"{name}[{cell}]"))
