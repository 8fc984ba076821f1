"""The influence of the training examples of a run on its validation or test loss."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO

import torch
from attrs import evolve, frozen
from torch import Tensor

from hypertune.catalogue import Catalogue, LossType
from hypertune.conditioning import Conditioning, Values
from hypertune.data.loading import load
from hypertune.data.sets import Part, Sets
from hypertune.influence import Influence, Training, influence, sensitivity
from hypertune.ir import Call, Hyper, Objective, Program, Ref, Term
from hypertune.jobs.fitting import verified_program
from hypertune.jobs.pictures import heat_png, png
from hypertune.jobs.trained import Run
from hypertune.lowering import place, visible_devices
from hypertune.lowering.compiled_loss import taps_of
from hypertune.lowering.network import Network, lower
from hypertune.methods.algorithms.solvers import Solver
from hypertune.pages import Scored
from hypertune.reporting.numbers import short
from hypertune.runs import NoInfluence
from hypertune.runs.checkpoint import read_checkpoint
from hypertune.runtime import Hypers, Kept, Loss, Problem, Recipe, Sample
from hypertune.runtime.templates import template
from hypertune.standard import STANDARD
from hypertune.tuning import prepare
from hypertune.tuning.posing import pose

_COUNTS = "example weight"  # a name that no hyperparameter can have
_LAYERS = "layers."


@frozen
class Question:
    """The losses of a run at the weights that it kept, without noise or augmentation.

    Args:
        sets: its data.
        train: the part whose examples are scored.
        weights: of the plain network.
        kept: its statistics.
        hypers: at the best validation loss.
        training: what the weights minimise, which each example counts in.
        asked: what `valid` says.

    """

    sets: Sets
    train: Part
    weights: Mapping[str, Tensor]
    kept: Kept
    hypers: Hypers
    training: Loss
    asked: Loss

    def scores(
        self,
        part: str,
        example: int | None,
        solver: Solver,
        chunk: int = 1024,
        *,
        stochastic: bool = False,
    ) -> Influence:
        """The influence of each training example.

        Args:
            part: `valid` or `test`.
            example: one of the part, from 0; all of it if None.
            solver: of the linear system.
            chunk: the most training examples at a time.
            stochastic: as for `influence`.

        """
        asked: Part = getattr(self.sets, part)
        device = asked.y.device
        rows = torch.arange(len(asked)) if example is None else torch.tensor([example])
        problem = Problem(self.training, self.asked, self.weights, {}, self.hypers)
        chunks = torch.split(torch.arange(len(self.train), device=device), chunk)
        training = Training(self._loss, chunks)
        sample = Sample(asked.rows(rows.to(device)), self.kept, part="valid")

        def outer(weights: Mapping[str, Tensor]) -> Tensor:
            return self.asked(weights, self._conditioning(), sample)[0]

        prepared = solver.prepared(problem, Recipe())
        return influence(training, outer, self.weights, prepared, stochastic=stochastic)

    def sensitivity(self, found: Influence, example: int) -> Tensor:
        """The gradient of the loss that was asked about in the inputs of a training example."""
        train = self.train
        index_1 = torch.tensor([example], device=train.y.device)
        batch = train.rows(index_1)

        def loss(weights: Mapping[str, Tensor], x: Tensor) -> Tensor:
            sample = Sample(evolve(batch, inputs=x), self.kept)
            return self.training(weights, self._conditioning(self._ones()), sample)[0]

        x = train.scaling.numbers(batch.inputs)
        return sensitivity(loss, self.weights, found.v, x, len(train))[0]

    @property
    def has_pictures(self) -> bool:
        """Whether an example is a picture, grey or of three colours."""
        return self.train.x.dim() == 4 and self.train.x.shape[1] in (1, 3)

    def ranked(self, found: Influence, pixels: int = 0) -> list[Scored]:
        """All training examples, the most helpful first.

        Args:
            found: by `scores`.
            pixels: of how many at both ends the sensitivity is drawn.

        """
        order = found.scores_N.argsort(descending=True).tolist()
        ends = {*order[:pixels], *order[len(order) - pixels :]}
        return [self._scored(found, number, number in ends) for number in order]

    def csv(self, found: Influence) -> str:
        """A line for each training example, in their order."""
        text = StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(["example", "target", "score"])
        for number, score in enumerate(found.scores_N.tolist()):
            table.writerow([number, self._target(number), repr(score)])
        return text.getvalue()

    def _scored(self, found: Influence, number: int, drawn: bool) -> Scored:
        score, picture, depends = float(found.scores_N[number]), b"", b""
        if self.has_pictures:
            picture = png(self.train.scaling.numbers(self.train.x[number]))
        if drawn and self.has_pictures:
            depends = heat_png(self.sensitivity(found, number))
        return Scored(number, self._target(number), score, picture, depends)

    def _target(self, number: int) -> str:
        target = self.train.y[number].item()
        names = self.sets.class_names
        return names[int(target)] if names else short(target)

    def _loss(self, weights: Mapping[str, Tensor], index_B: Tensor, counts_B: Tensor) -> Tensor:
        counts_N = self._ones().index_put((index_B,), counts_B)
        sample = Sample(self.train.rows(index_B), self.kept)
        return self.training(weights, self._conditioning(counts_N), sample)[0]

    def _ones(self) -> Tensor:
        return torch.ones(len(self.train), device=self.train.y.device)

    def _conditioning(self, counts_N: Tensor | None = None) -> Conditioning:
        matrix_1C = self.hypers.constrain(self.hypers.start_H[None])
        vectors = {} if counts_N is None else {_COUNTS: counts_N}
        return Conditioning(Values(matrix_1C, self.hypers.columns, vectors))


def ask(run: Run, catalogue: Catalogue = STANDARD, at: str = "best") -> Question:
    """The losses of a run that has ended, to ask what its training examples do to them.

    Args:
        run: of any method that trains once, or a study.
        catalogue: has its kinds.
        at: `best` for the weights that were kept, `last` for those at the end.

    Raises:
        NoInfluence: if its examples cannot be scored, with the reason.
        DataError: if the data is no longer there.
        RunError: if the run has not ended, or is damaged.

    """
    state, found = _state(run, catalogue, at)
    program = _plain(run, verified_program(run.folder, catalogue, run.about.tune), found)
    train = tuple(_counted(run, term, catalogue) for term in program.objective.train)
    program = place(program, catalogue, visible_devices(), run.about.device)
    sets = load(program.data, catalogue, program.layers[0].device)
    if not isinstance(sets.train, Part):
        raise NoInfluence(run.path, "its examples are places in a text, which have no number")
    hyper = Hyper(_COUNTS, Call("real", {"lo": 0.0, "hi": 2.0}), 1.0, frozen=True, over="example")
    counted = evolve(
        program,
        hypers=(*program.hypers, hyper),
        objective=Objective(train, train, ()),
    )
    posed = pose(program, catalogue, _lowered(program, catalogue), sets, "float32")
    problem = posed.problem
    return Question(
        sets,
        sets.train,
        {name: state[name.removeprefix(_LAYERS)] for name in problem.base},
        Kept({name: state[name.removeprefix(_LAYERS)] for name in problem.statistics}),
        problem.hypers,
        pose(counted, catalogue, _lowered(counted, catalogue), sets, "float32").problem.outer,
        problem.outer,
    )


def _lowered(program: Program, catalogue: Catalogue) -> Network:
    return lower(program, catalogue, taps=taps_of(program, catalogue))


def _state(
    run: Run, catalogue: Catalogue, at: str
) -> tuple[Mapping[str, Tensor], Mapping[str, float | str]]:
    """Plain weights, and the hyperparameters that they were trained at."""
    summary = run.summary
    if at == "best" and summary.get("refit"):
        why = "its network was trained on the validation part as well; `--at last` is of the one"
        raise NoInfluence(run.path, f"{why} before")
    if at == "best":
        return run.state_dict(), summary["hypers"]
    program = verified_program(run.folder, catalogue, run.about.tune)
    if run.trials or not run.folder.last.exists():
        raise NoInfluence(run.path, "the weights at its end are not kept")
    placed = place(program, catalogue, visible_devices(), run.about.device)
    prepared = prepare(placed, run.about.tune, catalogue)
    like = template(prepared.training)
    prepared.training.restore(read_checkpoint(run.folder.last, like).state)
    return prepared.plain_state(), summary["last"]["hypers"]


def _plain(run: Run, program: Program, found: Mapping[str, float | str]) -> Program:
    """The program with the values that were found, of which nothing responds to any."""
    if many := [hyper.name for hyper in program.hypers if hyper.over]:
        why = f"`{many[0]}` has a value for each {program.hypers[0].over}, which are not kept"
        raise NoInfluence(run.path, why)
    hypers = tuple(evolve(h, start=found[h.name], frozen=True) for h in program.hypers)
    layers = tuple(evolve(node, given=()) for node in program.layers)
    return evolve(program, hypers=hypers, layers=layers)


def _counted(run: Run, term: Term, catalogue: Catalogue) -> Term:
    """The term with a weight for each example, if it compares outputs with targets."""
    kind = catalogue.of(LossType)[term.loss.kind]
    if not kind.targets:
        return term
    if "weight" not in {arg.name for arg in kind.args}:
        raise NoInfluence(run.path, f"its loss `{kind.name}` has no weight for an example")
    weight = term.loss.args.get("weight")
    if isinstance(weight, Ref) or weight != 1:
        raise NoInfluence(run.path, f"its loss `{kind.name}` weights the examples already")
    args = {**term.loss.args, "weight": Ref(_COUNTS)}
    return evolve(term, loss=evolve(term.loss, args=args))
