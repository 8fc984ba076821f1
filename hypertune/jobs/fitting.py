"""Whether a program from a file can be used: by itself, and with the data that is there now."""

from __future__ import annotations

from hypertune.catalogue import Catalogue, LossType, SourceType
from hypertune.data.failures import FileUnreadable
from hypertune.data.sets import Sets
from hypertune.ir import DamagedProgram, Program
from hypertune.lowering.class_counts import absent
from hypertune.runs import DamagedRun
from hypertune.runs.folder import Folder, read_program
from hypertune.semantics import verify


def verified_program(folder: Folder, catalogue: Catalogue, tune: str = "") -> Program:
    """The program of a run, checked as one of unknown origin.

    Args:
        folder: the run.
        catalogue: has the program's kinds.
        tune: the block that it must have, by its name; any, if empty.

    Raises:
        DamagedRun: if it could not have come from a spec.

    """
    program = read_program(folder)
    try:
        verify(program, catalogue)
    except DamagedProgram as fault:
        raise DamagedRun(folder.program, f"cannot be used: {fault}") from None
    if tune and tune not in [block.name for block in program.tunes]:
        raise DamagedRun(folder.program, f"has no tune block `{tune}`, which this run trains")
    return program


def check_fits(program: Program, source: SourceType, catalogue: Catalogue) -> None:
    """Make sure that a source gives what a program was compiled for.

    Args:
        program: verified.
        source: as it looks now.
        catalogue: has the program's losses.

    Raises:
        FileUnreadable: if it does not.

    """
    source = source.in_windows(program.data.window)
    if source.shape and source.shape != program.input:
        why = f"gives examples of the shape {source.shape}, and the program takes {program.input}"
        raise FileUnreadable(f"the source `{source.name}` {why}; compile the spec anew")
    losses = catalogue.of(LossType)
    targets = "classes" if source.classes else "real"
    for term in (*program.objective.train, *program.objective.valid):
        loss = losses[term.loss.kind]
        shapes = {program.output} if loss.penalty else {*loss.outputs(source)}
        fits = loss.targets == targets and program.output in shapes
        if loss.targets and not fits:
            found = f"{source.classes} classes" if source.classes else "a number"
            why = f"`{term.loss.kind}` compares outputs of the shape {program.output} with it"
            raise FileUnreadable(
                f"the target of the source `{source.name}` is {found}, and {why}; "
                f"compile the spec anew"
            )
        for name, count in loss.wrong_counts(term.loss.args, source.classes).items():
            raise FileUnreadable(
                f"`{name}` of `{loss.name}` are {count} numbers, and the target of the source "
                f"`{source.name}` is one of {source.classes} classes; write one for each class"
            )


def check_parts(program: Program, sets: Sets, catalogue: Catalogue) -> None:
    """Make sure that there is something to train and to tune on, of each class if asked for.

    Raises:
        FileUnreadable: if there is not.

    """
    for name, part in (("train", sets.train), ("valid", sets.valid)):
        if len(part) == 0:
            raise FileUnreadable(f"the split leaves no example to `{name}`")
    for hyper in program.hypers:
        if hyper.over != "example" or not isinstance(hyper.start, tuple):
            continue
        if len(hyper.start) != len(sets.train):
            why = f"`{hyper.name}` starts from {len(hyper.start)} numbers"
            there = f"the training part has {len(sets.train)} examples"
            raise FileUnreadable(f"{why}, and {there}; compile the spec anew")
    losses = catalogue.of(LossType)
    for term in (*program.objective.train, *program.objective.valid):
        by_count = "balanced" in losses[term.loss.kind].per_class(term.loss.args).values()
        if by_count and (lacking := absent(sets.train.y, sets.classes)):
            one = sets.class_names[lacking[0]] if sets.class_names else lacking[0]
            raise FileUnreadable(
                f"`{term.loss.kind}` cannot count classes as balanced: the training part has no "
                f"example of the class {one}; write `stratified = true` in the split, or a "
                f"number for each class"
            )
