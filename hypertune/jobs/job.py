"""A program, the hinge and a run folder: start a training, or go on with one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import torch
from attrs import asdict, evolve
from cattrs import BaseValidationError, structure

from hypertune.catalogue import Catalogue, MethodType, SourceType, Unreadable, in_full
from hypertune.data.failures import FileUnreadable
from hypertune.data.fingerprint import Fingerprint, changes, fingerprint
from hypertune.data.loading import Raw, load, look, read
from hypertune.data.sets import Sets
from hypertune.ir import Program, Tune
from hypertune.jobs.fitting import check_fits, check_parts, verified_program
from hypertune.jobs.interruption import interruptible
from hypertune.jobs.memory import check_memory
from hypertune.jobs.order import Order
from hypertune.jobs.recorded import Recorded
from hypertune.jobs.refitting import Refitted
from hypertune.jobs.together import (
    Following,
    check_method,
    check_together,
    own_device,
    together,
)
from hypertune.jobs.workers import ending_with, work_command
from hypertune.lowering import place, visible_devices
from hypertune.reporting.sink import Sink
from hypertune.runs import DamagedRun, DataChanged, FolderTaken, OtherStorage
from hypertune.runs.about import About, read_about, versions
from hypertune.runs.folder import Folder, clear_parts, find_folder, free_path, make, new_folder
from hypertune.runs.lock import locked
from hypertune.runtime import (
    Event,
    Interrupted,
    Outcome,
    OutOfTime,
    Peers,
    Refitting,
    Stepped,
    Within,
)
from hypertune.standard import STANDARD
from hypertune.tuning import compiler, prepare
from hypertune.uses import CannotTrain


def start(
    order: Order,
    out: Path | None = None,
    catalogue: Catalogue = STANDARD,
    sinks: Iterable[Sink] = (),
    most: float | None = None,
) -> Path:
    """Train in a new run folder, for `most` seconds if not None; the folder.

    Raises:
        SpecError: if a device is not there.
        DataError: if the data is not there.
        RunError: if the folder cannot be used, or the memory is too little.
        CannotTrain: if several processes are asked for where there is one training.

    """
    with together() as peers:
        return _start(order, out, catalogue, sinks, most, peers)


def _start(
    order: Order,
    out: Path | None,
    catalogue: Catalogue,
    sinks: Iterable[Sink],
    most: float | None,
    peers: Peers,
) -> Path:
    now = datetime.now(UTC)
    program = _found_anywhere(order.settled, catalogue)
    tune = program.tune(order.tune)
    about = _about(order, program, now, peers, catalogue)
    if not order.any_size:  # a step is measured, so it must be one that can be taken
        check_fits(program, look(program.data, catalogue), catalogue)
        placed = place(program, catalogue, visible_devices(), about.device)
        check_fits(program, _source(program, catalogue), catalogue)
        check_memory(placed, tune.name, catalogue)
    if peers.rank == 0:
        folder = new_folder(out or free_path(order.name, now.astimezone()))
    raw = read(program.data, catalogue)
    begin, sets = _ready(program, about, catalogue, raw, peers)
    known = evolve(
        about,
        scaling=_scaling(sets),
        columns=sets.columns,
        class_names=sets.class_names,
        data=asdict(fingerprint(raw.source, raw.arrays)),
    )
    del raw  # the parts have copies
    if peers.rank:
        folder = Folder(peers.path_of_first(Path()))
        _watch(begin(folder, known), (), most)
        return folder.path
    try:
        make(folder, order.spec, program, known)
    except FolderTaken:  # by a run that was started in the same second
        if out is not None:
            raise
        folder = new_folder(free_path(order.name, now.astimezone()))
        make(folder, order.spec, program, known)
    with locked(folder.path):
        peers.path_of_first(folder.path)
        _watch(begin(folder, known), sinks, most)
    return folder.path


def _about(
    order: Order, program: Program, now: datetime, peers: Peers, catalogue: Catalogue
) -> About:
    """How a run is started, as far as that is known without the data."""
    tune, jobs, storage = program.tune(order.tune), order.jobs, order.storage
    if jobs > 1 or storage:
        storage = _shared(storage, tune, program, catalogue)
    return About(
        name=order.name,
        tune=tune.name,
        seed=tune.seed,
        device=own_device(order.device or (*visible_devices()[1:], "cpu")[0], peers),
        threads=max(1, torch.get_num_threads() // jobs),
        catalogue=order.catalogue,
        command=order.command,
        started=now.isoformat(timespec="seconds"),
        versions=versions(),
        scaling={},
        storage=storage,
        jobs=jobs,
        processes=peers.size,
        compiled=order.compiled,
        captured=order.captured,
        channels_last=order.channels_last,
    )


def _shared(storage: str, tune: Tune, program: Program, catalogue: Catalogue) -> str:
    """The URL of a storage in full, if there is one; of a search alone."""
    if catalogue.trials(program, tune) is None:
        searches = [kind.name for kind in catalogue.of(MethodType).values() if kind.trials]
        raise CannotTrain(
            f"`{tune.method.kind}` trains once; --jobs and --storage are for methods that train "
            f"many times: {', '.join(searches)}"
        )
    if not storage:
        return ""
    from hypertune.search.sharing import settled  # loads what others have no need of

    return settled(storage)


def _found_anywhere(program: Program, catalogue: Catalogue) -> Program:
    """The program with the places of its files in full: a run goes on from any directory."""
    data = program.data
    kind, methods = catalogue.of(SourceType)[data.source.kind], catalogue.of(MethodType)
    tunes = (
        evolve(tune, method=in_full(tune.method, methods[tune.method.kind].args))
        for tune in program.tunes
    )
    source = in_full(data.source, kind.args)
    return evolve(program, data=evolve(data, source=source), tunes=tuple(tunes))


def _source(program: Program, catalogue: Catalogue) -> SourceType:
    """The source as its files look now.

    Raises:
        FileUnreadable: if they cannot be used.

    """
    call = program.data.source
    try:
        return catalogue.of(SourceType)[call.kind].seen(call.args)
    except Unreadable as fault:
        raise FileUnreadable(str(fault)) from fault


def resume(
    path: Path,
    catalogue: Catalogue = STANDARD,
    sinks: Iterable[Sink] = (),
    device: str = "",
    most: float | None = None,
    storage: str = "",
) -> None:
    """Go on with a run, unless it has ended; on another device, if one is named.

    A study that others share wants its `storage` again. With `most` it ends for good after so many
    seconds of training, in all sittings.

    Raises:
        SpecError: if a device is no longer there.
        DataError: if the data is no longer there.
        RunError: if the folder cannot be used.

    """
    folder = find_folder(path)
    with together() as peers, locked(path) if peers.rank == 0 else nullcontext():
        about = read_about(folder.about)
        if folder.ended:
            return
        _check_storage(folder, about, storage)
        if peers.rank == 0:
            clear_parts(folder)
        torch.set_num_threads(about.threads)  # sums depend on it in the last bits
        program = verified_program(folder, catalogue, about.tune)
        raw = read(program.data, catalogue)
        _check_same(folder, about, fingerprint(raw.source, raw.arrays))
        about = evolve(about, device=own_device(device or about.device, peers))
        begin, _ = _ready(program, about, catalogue, raw, peers)
        del raw
        _watch(begin(folder, about), () if peers.rank else sinks, most)


def _check_storage(folder: Folder, about: About, storage: str) -> None:
    """Make sure that the user names the database that a study is in, if it is in one.

    Raises:
        OtherStorage: if not.

    """
    if storage:
        from hypertune.search.sharing import settled

        storage = settled(storage)
    if storage != about.storage:
        raise OtherStorage(folder.path, about.storage or "no database")


def _check_same(folder: Folder, about: About, now: Fingerprint) -> None:
    """Make sure that the data is what the run began with.

    Raises:
        DataChanged: if it is not.

    """
    try:
        then = structure(about.data, Fingerprint)
    except BaseValidationError:
        raise DamagedRun(folder.about, "does not say what the data was") from None
    if found := changes(then, now):
        raise DataChanged(folder.path, found)


class _Job(Protocol):
    """A training or a study that is written down in its folder."""

    @property
    def seconds(self) -> float: ...

    def run(self) -> Iterator[Event]: ...

    def stop(self, ending: Callable[[int], Outcome] = Interrupted) -> None: ...


def _ready(
    program: Program, about: About, catalogue: Catalogue, raw: Raw, peers: Peers
) -> tuple[Callable[[Folder, About], _Job], Sets]:
    """What is to be done in a folder, and the data for it."""
    tune = program.tune(about.tune)
    if peers.size > 1:
        check_method(tune.method.kind)
    placed, sets = _loaded(program, about, catalogue, raw)
    until = tune.refit
    if catalogue.trials(program, tune) is None:
        notes: list[str] = []
        fast = compiler(placed, about.compiled, about.captured, notes)
        last = about.channels_last
        prepared = prepare(placed, about.tune, catalogue, sets, peers, fast, notes, last)
        if peers.size > 1:
            check_together(prepared, catalogue)

        def training(folder: Folder, about: About) -> _Job:
            if peers.rank:
                return Following(folder, prepared)
            job = Recorded(folder, prepared)
            if until is None:
                return job
            return Refitted(folder, job, lambda: (prepared, job.rows), until, catalogue)

        return training, sets
    from hypertune.jobs.searching import RecordedStudy  # loads Optuna
    from hypertune.jobs.trials import Trials

    def study(folder: Folder, about: About) -> _Job:
        trials = Trials(folder, program, placed, sets, about, catalogue)
        workers = range(about.jobs if about.jobs > 1 else 0)
        commands = [
            work_command(folder.path, number, about.catalogue, about.storage) for number in workers
        ]
        job = RecordedStudy(folder, trials, commands)
        return job if until is None else Refitted(folder, job, trials.best, until, catalogue)

    return study, sets


def _loaded(
    program: Program, about: About, catalogue: Catalogue, raw: Raw
) -> tuple[Program, Sets]:
    """The program placed, and its data there."""
    check_fits(program, raw.source, catalogue)
    placed = place(program, catalogue, visible_devices(), about.device)
    sets = load(placed.data, catalogue, placed.layers[0].device, raw)
    check_parts(program, sets, catalogue)
    return placed, sets


def work(path: Path, number: int, catalogue: Catalogue, parent: int, storage: str = "") -> None:
    """Train trials of a study until none is left, or until the process that asked has gone.

    Args:
        path: of the study, whose lock that process has.
        number: of this worker, from 0.
        catalogue: has the program's kinds.
        parent: the number of the process that asked.
        storage: the database that the study is in, if that is not in its folder.

    """
    folder = find_folder(path)
    about = read_about(folder.about)
    _check_storage(folder, about, storage)
    torch.set_num_threads(about.threads)
    program = verified_program(folder, catalogue, about.tune)
    raw = read(program.data, catalogue)
    _check_same(folder, about, fingerprint(raw.source, raw.arrays))
    _, *devices = visible_devices()
    if about.device in devices[:1]:  # each worker has one of its own
        about = evolve(about, device=devices[number % len(devices)])
    placed, sets = _loaded(program, about, catalogue, raw)
    del raw
    from hypertune.jobs.searching import study_of
    from hypertune.jobs.trials import Trials

    study = study_of(Trials(folder, program, placed, sets, about, catalogue))
    _watch(study, [ending_with(parent)], None)


def _scaling(sets: Sets) -> dict[str, dict[str, Any]]:
    """What is done to the numbers of an example and to a real target, before the network."""
    scaling, target = sets.train.scaling, sets.target
    numbers = {
        "input": {"mean": scaling.mean, "std": scaling.std, "fill": sets.fill},
        "target": {"mean": target.mean, "std": target.std},
    }
    return {
        name: {key: None if tensor is None else tensor.tolist() for key, tensor in found.items()}
        for name, found in numbers.items()
    }


def _watch(job: _Job, sinks: Iterable[Sink], most: float | None) -> None:
    """Go on with it to its end, until its seconds are used up, or until a signal."""
    with interruptible(job.stop) as interrupted:
        for event in job.run():
            step = event.event if isinstance(event, Within | Refitting) else event
            if most is not None and isinstance(step, Stepped) and job.seconds >= most:
                job.stop(Interrupted if interrupted() else OutOfTime)
            for sink in sinks:
                sink(event)
