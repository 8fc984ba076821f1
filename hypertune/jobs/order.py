"""What is to be trained."""

from __future__ import annotations

from attrs import evolve, frozen

from hypertune.ir import Program, Quantity


@frozen
class Order:
    """What is to be trained, and how.

    Args:
        program: as compiled, not placed.
        spec: the text it came from, empty if there is none.
        name: what the run folder is called after.
        tune: the block to run; the first if empty.
        seed: instead of the block's.
        epochs: instead of the block's length.
        device: for layers without `on`; the first accelerator, or the CPU, if empty.
        catalogue: what the user called the catalogue, for the record.
        command: the words on the command line, for the record.
        any_size: train even what is not planned to fit into memory.
        storage: the URL of a database, for a study that several processes work on.
        jobs: how many processes train the trials of a study.
        compiled: whether torch compiles the losses, of one training.
        captured: whether they become CUDA graphs.
        channels_last: whether images and weights of convolutions lie in memory that way.

    """

    program: Program
    spec: str = ""
    name: str = "run"
    tune: str = ""
    seed: int | None = None
    epochs: int | None = None
    device: str = ""
    catalogue: str = ""
    command: tuple[str, ...] = ()
    any_size: bool = False
    storage: str = ""
    jobs: int = 1
    compiled: bool = False
    captured: bool = False
    channels_last: bool = False

    @property
    def settled(self) -> Program:
        """The program with seed and epochs in its tune block."""
        tune = self.program.tune(self.tune)
        changed = tune if self.seed is None else evolve(tune, seed=self.seed)
        if self.epochs is not None:
            changed = evolve(changed, length=Quantity(self.epochs, "epochs"))
        tunes = tuple(changed if t is tune else t for t in self.program.tunes)
        return evolve(self.program, tunes=tunes)
