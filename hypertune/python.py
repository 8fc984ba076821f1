"""The doors for Python: `hypertune.compile`, `hypertune.train`, `hypertune.resume`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from hypertune.catalogue import Catalogue
from hypertune.compiler import Compiled, compile_text, read_program
from hypertune.ir import Program
from hypertune.spec_files import SpecFile, read_spec
from hypertune.standard import STANDARD

if TYPE_CHECKING:
    from hypertune.jobs.trained import Run
    from hypertune.reporting.sink import Sink


def compile(
    spec: str | Path, overrides: Iterable[str] = (), catalogue: Catalogue = STANDARD
) -> Program:
    """Compile a spec; loads no torch.

    Args:
        spec: a file, the name of a shipped spec, or a compiled program (`….json`).
        overrides: as after `--set`, such as `"tune.epochs=10"`.
        catalogue: the kinds it may use.

    Raises:
        SpecError: if the spec is wrong; it prints as the diagnostics.
        UnreadableSpec: if there is no such file, or it is not text.
        DamagedProgram: if a compiled program cannot be used.

    """
    return _compiled(read_spec(spec), tuple(overrides), catalogue).program


def train(
    spec: str | Path | Program,
    *,
    tune: str = "",
    overrides: Iterable[str] = (),
    seed: int | None = None,
    epochs: int | None = None,
    device: str = "",
    out: str | Path | None = None,
    any_size: bool = False,
    jobs: int = 1,
    storage: str = "",
    catalogue: Catalogue = STANDARD,
    sinks: Iterable[Sink] = (),
) -> Run:
    """Train and tune; the run, which ends in a folder.

    Args:
        spec: as for `compile`, or a program.
        tune: the tune block to run; the first if empty.
        overrides: as after `--set`; a program takes none.
        seed: instead of the block's.
        epochs: instead of the block's length.
        device: for layers without `on`; the first accelerator, or the CPU, if empty.
        out: the run folder; `runs/NAME-TIME` if None.
        any_size: train even what is not planned to fit into memory.
        jobs: processes that train a study's trials, with standard and installed kinds alone.
        storage: the URL of a database, for a study that several processes work on.
        catalogue: the kinds it may use.
        sinks: functions that are called with each event.

    Raises:
        SpecError: if the spec is wrong, or a device is not there.
        KeyError: if there is no such tune block.
        DataError: if the data is not there.
        RunError: if the folder cannot be used, or the memory is too little.
        CannotTrain: if several processes are asked for where there is one training.

    """
    from hypertune.jobs.job import start
    from hypertune.jobs.order import Order
    from hypertune.jobs.trained import load_run

    name, found = _named(spec, tuple(overrides), catalogue)
    order = Order(
        program=found.program,
        spec=found.text,
        name=name,
        tune=tune,
        seed=seed,
        epochs=epochs,
        device=device,
        any_size=any_size,
        jobs=jobs,
        storage=storage,
    )
    return load_run(start(order, None if out is None else Path(out), catalogue, sinks))


def resume(
    path: str | Path,
    *,
    device: str = "",
    storage: str = "",
    catalogue: Catalogue = STANDARD,
    sinks: Iterable[Sink] = (),
) -> Run:
    """Go on with a run from its last checkpoint; nothing is done if it has ended.

    Args:
        path: the run folder.
        device: for layers without `on`, this time; that of the run, if empty.
        storage: the URL of the database of a study that several processes work on, again.
        catalogue: the kinds that it was trained with.
        sinks: functions that are called with each event.

    Raises:
        SpecError: if a device is not there.
        DataError: if the data is not there.
        RunError: if the folder is not a run, damaged, or in use, or its data has changed.

    """
    from hypertune.jobs import job
    from hypertune.jobs.trained import load_run

    job.resume(Path(path), catalogue, sinks, device, storage=storage)
    return load_run(path)


def _named(
    spec: str | Path | Program, overrides: tuple[str, ...], catalogue: Catalogue
) -> tuple[str, Compiled]:
    """The name that a run of it has, and the program."""
    if isinstance(spec, Program):
        return "run", Compiled(spec)
    file = read_spec(spec)
    return file.stem, _compiled(file, overrides, catalogue)


def _compiled(file: SpecFile, overrides: tuple[str, ...], catalogue: Catalogue) -> Compiled:
    name = file.source.name
    if not file.is_program:
        return compile_text(file.source.text, name, catalogue, overrides)
    if overrides:
        raise ValueError("overrides change a spec; this is a compiled program")
    return Compiled(read_program(file.source, catalogue))
