"""Blocks of one spec trained side by side: same data, same seeds, same time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import product
from pathlib import Path
from secrets import token_hex
from shutil import rmtree

import torch
from attrs import asdict, evolve, field, frozen, validators
from cattrs import BaseValidationError, structure

from hypertune.catalogue import Catalogue
from hypertune.ir import to_json
from hypertune.jobs.compared import compared
from hypertune.jobs.fitting import verified_program
from hypertune.jobs.interruption import interruptible
from hypertune.jobs.job import resume, start
from hypertune.jobs.order import Order
from hypertune.jobs.trained import Run
from hypertune.jobs.workers import Workers, ending_with, work_command
from hypertune.lowering import visible_devices
from hypertune.pages import Compared
from hypertune.reporting.sink import Sink
from hypertune.runs import DamagedRun, FolderTaken, WorkersLost
from hypertune.runs.about import read_about
from hypertune.runs.files import MOST_JSON, read_bytes, read_json, write_atomically, write_json
from hypertune.runs.folder import Folder

Watched = Callable[[], AbstractContextManager[Iterable[Sink] | None]]

_FILE = "comparison.json"
FORMAT = 1


@frozen
class Comparison:
    """What is compared.

    Args:
        name: of the spec.
        tunes: names of tune blocks.
        seeds: how many runs there are of each: the seeds 0, 1, ….
        budget: seconds of training of each run; None for the lengths of the blocks.
        device: for layers without `on`; the first accelerator, or the CPU, if empty.
        catalogue: what the user called the catalogue, for the record.
        jobs: how many runs are trained side by side, each by a process of its own.

    """

    name: str
    tunes: tuple[str, ...]
    seeds: int = field(default=1, validator=validators.ge(1))
    budget: float | None = field(default=None, validator=validators.optional(validators.gt(0)))
    device: str = ""
    catalogue: str = ""
    jobs: int = field(default=1, validator=validators.ge(1))

    def runs(self) -> Iterator[tuple[str, int]]:
        """Block and seed of each run, in the order in which they are made."""
        return ((tune, seed) for seed, tune in product(range(self.seeds), self.tunes))


def is_comparison(path: Path) -> bool:
    """Whether a folder holds one."""
    return (path / _FILE).is_file()


def begin(path: Path, comparison: Comparison, order: Order) -> None:
    """Make the folder of a comparison; a kill leaves none or a whole one.

    Args:
        path: not there, or empty.
        comparison: what is compared.
        order: the program, and the text that it came from.

    Raises:
        FolderTaken: if there is something in it.

    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise FolderTaken(path)
    part = path.with_name(f".{path.name}.{token_hex(4)}.part")
    try:
        part.mkdir(parents=True)
        write_atomically(part / "spec.hspec", order.spec.encode())
        write_atomically(part / "program.json", to_json(order.program).encode())
        write_json(part / _FILE, {"format": FORMAT, **asdict(comparison)})
        part.rename(path)  # an empty folder gives way, any other does not
    except BaseException:
        rmtree(part, ignore_errors=True)
        raise


def read_comparison(path: Path) -> Comparison:
    """What the folder of a comparison says of it.

    Raises:
        DamagedRun: if it is missing or damaged.

    """
    tree = read_json(path / _FILE)
    if tree.get("format") != FORMAT:
        raise DamagedRun(path / _FILE, f"has another format than {FORMAT}")
    try:
        return structure(tree, Comparison)
    except (BaseValidationError, ValueError) as fault:
        raise DamagedRun(path / _FILE, f"is damaged: {fault}") from None


def go_on(path: Path, catalogue: Catalogue, watched: Watched = nullcontext) -> Iterator[Run]:
    """Train what is left, run by run; each that has ended, also those that had.

    It ends early where somebody interrupts a run.

    Args:
        path: the folder.
        catalogue: has the program's kinds.
        watched: gives the functions that are called with each event of a run.

    Raises:
        SpecError: if a device is not there.
        DataError: if the data is not there.
        RunError: if a folder cannot be used.

    """
    comparison = read_comparison(path)
    order = _order(path, comparison, catalogue)
    if comparison.jobs > 1:
        yield from _side_by_side(path, comparison)
        return
    for tune, seed in comparison.runs():
        folder = _checked(path, tune, seed)
        if not folder.ended:
            one = evolve(order, tune=tune, seed=seed)
            with watched() as sinks:
                _train(folder, one, catalogue, sinks or (), comparison.budget)
        if not folder.ended:
            return
        yield Run(folder)


def work(path: Path, number: int, catalogue: Catalogue, parent: int, storage: str = "") -> None:
    """Train one run of a comparison, as long as the process that asked is there.

    Args:
        path: the folder.
        number: of the run, from 0.
        catalogue: has the program's kinds.
        parent: the number of the process that asked.
        storage: of no study here.

    """
    comparison = read_comparison(path)
    tune, seed = [*comparison.runs()][number]
    order = evolve(_order(path, comparison, catalogue), tune=tune, seed=seed)
    _, *devices = visible_devices()
    if devices and not order.device:
        order = evolve(order, device=devices[number % len(devices)])
    torch.set_num_threads(max(1, torch.get_num_threads() // comparison.jobs))
    folder = _checked(path, tune, seed)
    _train(folder, order, catalogue, [ending_with(parent)], comparison.budget)


def _side_by_side(path: Path, comparison: Comparison) -> Iterator[Run]:
    """Train what is left, each run in a process of its own."""
    folders = [_checked(path, tune, seed) for tune, seed in comparison.runs()]
    yield from (Run(folder) for folder in folders if folder.ended)
    left = {number: folder for number, folder in enumerate(folders) if not folder.ended}
    commands = [work_command(path, number, comparison.catalogue) for number in left]
    workers = Workers(commands, comparison.jobs)
    with interruptible(workers.stop):
        for _ in workers.run():
            ended = [number for number, folder in left.items() if folder.ended]
            yield from (Run(left.pop(number)) for number in ended)
    if workers.lost:
        raise WorkersLost(path, workers.lost)


def _order(path: Path, comparison: Comparison, catalogue: Catalogue) -> Order:
    """What all runs have in common."""
    program = verified_program(Folder(path), catalogue)
    if strangers := set(comparison.tunes) - {tune.name for tune in program.tunes}:
        raise DamagedRun(path / _FILE, f"has no such tune block: {', '.join(strangers)}")
    if comparison.budget is not None:  # which ends a training; a second one would have none
        tunes = tuple(evolve(tune, refit=None) for tune in program.tunes)
        program = evolve(program, tunes=tunes)
    spec = read_bytes(path / "spec.hspec", MOST_JSON).decode(errors="replace")
    return Order(
        program=program,
        spec=spec,
        name=comparison.name,
        device=comparison.device,
        catalogue=comparison.catalogue,
    )


def _checked(path: Path, tune: str, seed: int) -> Folder:
    """The folder of a run, which is not that of another."""
    folder = _folder(path, tune, seed)
    if folder.about.exists():
        about = read_about(folder.about)
        if (about.tune, about.seed) != (tune, seed):
            raise DamagedRun(
                folder.about, f"is of the block `{about.tune}` with seed {about.seed}"
            )
    return folder


def _train(
    folder: Folder,
    order: Order,
    catalogue: Catalogue,
    sinks: Iterable[Sink],
    budget: float | None,
) -> None:
    if folder.about.exists():
        resume(folder.path, catalogue, sinks, most=budget)
    else:
        start(order, folder.path, catalogue, sinks, budget)


def results(path: Path, catalogue: Catalogue) -> list[Compared]:
    """Of each run that has ended.

    Raises:
        DamagedRun: if the folder is no comparison, or a run is damaged.

    """
    runs = read_comparison(path).runs()
    ended = ((*run, Run(folder)) for run in runs if (folder := _folder(path, *run)).ended)
    return [compared(*run, catalogue) for run in ended]


def _folder(path: Path, tune: str, seed: int) -> Folder:
    return Folder(path / "runs" / f"{tune or 'tune'}-{seed}")
