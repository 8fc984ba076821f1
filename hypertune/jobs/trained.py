"""A run as Python sees it."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen
from torch import Tensor, nn

from hypertune.catalogue import Catalogue, MergeType
from hypertune.emitting.plain import PlainLayers, plain_layers, ties
from hypertune.emitting.spec_text import print_spec
from hypertune.ir import Program
from hypertune.jobs.fitting import verified_program
from hypertune.pages import Recorded, run_fragment
from hypertune.runs import DamagedRun, UnfinishedRun
from hypertune.runs.about import About, read_about
from hypertune.runs.folder import Folder, find_folder, read_program
from hypertune.runs.journal import Row, read_rows
from hypertune.runs.model import read_model
from hypertune.runs.summary import Summary, read_summary
from hypertune.runtime.templates import mismatch
from hypertune.standard import STANDARD


class PlainNetwork(nn.Module):
    """The graph of a program in modules of torch alone, under the names of its layers."""

    def __init__(self, program: Program, catalogue: Catalogue, layers: PlainLayers) -> None:
        super().__init__()
        merges = catalogue.of(MergeType)
        self._nodes = program.layers
        self._merges = {
            n.name: merges[n.kind].build(n.args) for n in program.layers if n.kind in merges
        }
        self._layers = layers
        for name, plain in layers.items():
            self.add_module(name, plain.build())

    def forward(self, x: Tensor) -> Tensor:
        values = {"input": x}
        for node in self._nodes:
            fed = [values[source] for source in node.inputs]
            if node.name in self._merges:
                x = self._merges[node.name](fed)
            else:
                x = self._layers[node.name].read(self.get_submodule(node.name), *fed)
            values[node.name] = x
        return x


@frozen
class Run:
    """A run folder; everything is read when it is asked for.

    Raises:
        RunError: by any property whose file is missing or damaged.

    """

    folder: Folder

    @property
    def path(self) -> Path:
        return self.folder.path

    @property
    def program(self) -> Program:
        return read_program(self.folder)

    @property
    def about(self) -> About:
        return read_about(self.folder.about)

    @property
    def events(self) -> list[Row]:
        """The reports so far, as in events.jsonl."""
        return read_rows(self.folder.events)

    @property
    def trials(self) -> list[Run]:
        """The runs of a study's trials so far; none of any other run."""
        return [Run(Folder(path)) for path in sorted(self.folder.trials.glob("[0-9]*"))]

    @property
    def summary(self) -> Summary:
        """How it ended, as in summary.json.

        Raises:
            UnfinishedRun: if it has not.

        """
        if not self.folder.ended:
            raise UnfinishedRun(self.path)
        return read_summary(self.folder.summary)

    @property
    def spec(self) -> str:
        """The text that ran; of a run that was given a program, one that compiles to it."""
        if self.folder.spec.is_file():  # a pipe has no end
            return self.folder.spec.read_text(encoding="utf-8", errors="replace")
        return print_spec(self.program)

    @property
    def recorded(self) -> Recorded:
        """What a page says of it."""
        return Recorded(
            program=self.program,
            about=self.about,
            rows=self.events,
            summary=self.summary if self.folder.ended else None,
            spec=self.spec,
            is_study=self.folder.trials.is_dir(),
        )

    def _repr_html_(self) -> str:
        """How a notebook shows it."""
        return run_fragment(self.recorded)

    def state_dict(self) -> dict[str, Tensor]:
        """Weights of the plain network with the best validation loss."""
        return read_model(self.folder.model, self.summary["model"] or "")

    def plain_layers(self, catalogue: Catalogue = STANDARD) -> PlainLayers:
        """What torch has for each layer of the plain network."""
        program, hypers = verified_program(self.folder, catalogue), self.summary["hypers"]
        for hyper in program.hypers:
            if hyper.over:  # one for each example or weight: no layer has it
                continue
            value, word = hypers.get(hyper.name), isinstance(hyper.start, str)
            if not isinstance(value, str if word else int | float):
                raise DamagedRun(self.folder.summary, f"does not say what `{hyper.name}` was")
        return plain_layers(program, catalogue, hypers)

    def ties(self) -> dict[str, str]:
        """The layers that share a weight with another.

        A method that is not centred moves the weights of a layer that responds, and so away from
        those of a layer that was tied to it and does not.
        """
        weights = self.state_dict()
        return {
            name: owner
            for name, owner in ties(self.program).items()
            if weights[f"{name}.weight"].equal(weights[f"{owner}.weight"])
        }

    def model(self, catalogue: Catalogue = STANDARD) -> nn.Module:
        """The plain, tuned network in evaluation mode; its input is scaled as `about` says."""
        layers, weights = self.plain_layers(catalogue), self.state_dict()
        try:
            network = PlainNetwork(self.program, catalogue, layers)
        except (TypeError, ValueError) as fault:  # torch's, of a hyperparameter's value
            raise DamagedRun(self.folder.summary, f"makes no network: {fault}") from None
        if why := mismatch(weights, dict(network.state_dict()), "its state"):
            raise DamagedRun(self.folder.model, f"is not of this program: {why}")
        for name, owner in self.ties().items():
            network.get_submodule(name).weight = network.get_submodule(owner).weight
        network.load_state_dict(weights)
        return network.eval()


def load_run(path: str | Path) -> Run:
    """The run in a folder.

    Raises:
        RunError: if it is not a run folder.

    """
    return Run(find_folder(Path(path)))
