"""The specs that were written before the language was built train as they stand, but for searches.

Trainings are cut short once hyperparameters have moved. For sets of pictures stand a few pictures
of noise, for the Penn Treebank a few words.
"""

from pathlib import Path

import pytest
import torch
from attrs import evolve
from torch import Tensor

from hypertune import Program, compile_text
from hypertune.catalogue import MethodType
from hypertune.data.sets import Part, Sets
from hypertune.ir import Quantity
from hypertune.lowering import place
from hypertune.runtime import Completed, Ended
from hypertune.standard import STANDARD
from hypertune.tuning import Prepared, prepare

TARGETS = Path(__file__).parent / "targets"
PICTURES = ("fashion_mnist", "cifar10")
TUNED = [
    ("quickstart", "tuned"),
    ("quickstart", "untuned"),
    ("fashion_cnn", "delta"),
    ("fashion_cnn", "stn"),
    ("cifar_alexnet", ""),
    ("cifar_resnet18", ""),
    ("ridge", "implicit"),
    ("ridge", "unrolled"),
    ("ridge", "maid"),
    ("clean_labels", ""),
    ("ptb_lstm", ""),
]


def target(name: str, folder: Path) -> Program:
    """The program of a spec, without the search that its hyperparameters have too many of."""
    text = (TARGETS / f"{name}.hspec").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines(True) if not line.startswith("tune bayes")]
    for part, lines_of_it in {"train": 450, "valid": 20, "test": 20}.items():
        words = "a tune is a <unk> tune\n" * lines_of_it
        (folder / f"ptb.{part}.txt").write_text(words, encoding="utf-8")
    return compile_text("".join(lines), str(folder / f"{name}.hspec")).program


def pictures(program: Program) -> Sets:
    """Three of noise, which are all parts; an epoch is one step."""
    x = torch.rand(3, *program.input, generator=torch.Generator().manual_seed(0))
    part = Part(x, torch.arange(3))
    return Sets(part, part, part)


def shortened(program: Program, tune: str) -> Program:
    """Ten epochs, of which five may be a warm-up, or two steps of what solves at each; of a text
    four steps.
    """
    block, data = program.tune(tune), program.data
    length = Quantity({"epochs": 10.0, "steps": 2.0}[block.length.unit], block.length.unit)
    if data.source.kind == "text":
        method = evolve(block.method, args={**block.method.args, "warmup": Quantity(1, "steps")})
        block, length = evolve(block, method=method), Quantity(4.0, "steps")
        data = evolve(data, batch=2, window=5)
    block = evolve(block, length=length)
    return evolve(program, data=data, tunes=(block,))


def values(prepared: Prepared) -> Tensor:
    """All hyperparameters, one beside another."""
    found = prepared.training.conditioning().values
    return torch.cat([value.flatten() for value in found.values()]).clone()


@pytest.mark.parametrize(("name", "tune"), TUNED)
def test_a_target_trains(tmp_path, name, tune):
    program = place(target(name, tmp_path), STANDARD, ("cpu",))
    tune = tune or program.tunes[0].name
    sets = pictures(program) if program.data.source.kind in PICTURES else None
    prepared = prepare(shortened(program, tune), tune, sets=sets)
    before = values(prepared)
    *_, last = prepared.training.run()
    assert isinstance(last, Ended)
    assert isinstance(last.outcome, Completed)
    kind = STANDARD.of(MethodType)[program.tune(tune).method.kind]
    assert torch.equal(values(prepared), before) == (not kind.follows)
