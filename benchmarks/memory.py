"""What `hypertune plan` says a training takes, and what it then takes.

    python benchmarks/memory.py [--steps 3]

Measured: the most bytes that torch's CPU allocator has given out and not got back, by the
profiler's record of every allocation, from before the network is built, over some steps of
training and a validation step, and one evaluation of the validation part. Data are random bytes of
the source's sizes. Fixed costs of the process (libraries, workspaces of kernels) are not in either
number.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import torch
from attrs import evolve
from torch.profiler import ProfilerActivity, profile

from hypertune.catalogue import SourceType
from hypertune.compiler import compile_text
from hypertune.data.sets import Part, Sets
from hypertune.ir import Program, Quantity, Tune
from hypertune.jobs.trials import trial_of
from hypertune.lowering import place
from hypertune.planning import plan
from hypertune.planning.length import examples
from hypertune.standard import STANDARD
from hypertune.tuning import prepare

HERE = Path(__file__).parent
SHIPPED = HERE.parent / "specs"
WIDE = """
hspec 1
hyper drop_in, drop_1, drop_2 : rate = 0.05
hyper decay : log(1e-8, 1) = 1e-4 per batch
data { source = mnist; split = (train = 85%, valid = 15%); batch = 128 }
model (1, 28, 28) given * {
  flatten
  dropout(drop_in); linear(2400); relu
  dropout(drop_1);  linear(2400); relu
  dropout(drop_2);  linear(10)
}
objective { train = cross_entropy + l2(decay); valid = cross_entropy }
"""
TUNES = {
    "delta_stn": "weights = sgd(lr = 0.01, momentum = 0.9); hypers = rmsprop(lr = 0.01)",
    "stn": "weights = adam(lr = 0.001); hypers = rmsprop(lr = 0.01)",
    "fixed": "weights = adam(lr = 0.001)",
}
SIDE_BY_SIDE = {
    "hypernet": "weights = sgd(lr = 0.01, momentum = 0.9); hypers = rmsprop(lr = 0.01)",
    "hypernet(hidden = 20, draws = 3)": "weights = adam(lr = 0.01); hypers = rmsprop(lr = 0.01)",
    "population(members = 6)": "weights = adam(lr = 0.001)",
    "asha": "weights = adam(lr = 0.001)",
}
SMALL = WIDE.replace("2400", "800").replace(" given *", "")
PENALTIES = """
hspec 1
hyper decays[weight] : log(1e-8, 1) = 1e-4
data { source = mnist; split = (train = 85%, valid = 15%); batch = 128 }
model (1, 28, 28) { flatten; linear(800); relu; linear(800); relu; linear(10) }
objective { train = cross_entropy + l2(decays); valid = cross_entropy }
"""
_MOVED = "weights = sgd(lr = 0.01, momentum = 0.9); hypers = adam(lr = 0.01)"
DIFFERENTIATED = {
    "implicit(inner_steps = 5)": _MOVED,
    "implicit(solver = neumann, inner_steps = 5)": _MOVED,
    "unrolled(window = 20)": _MOVED,
}


def random_sets(program: Program) -> Sets:
    """Noise in the place of the data, as large as they are."""
    source = STANDARD.of(SourceType)[program.data.source.kind]
    sizes = examples(program.data, STANDARD)

    def part(name: str) -> Part:
        shape = (sizes.get(name, 0), *program.input)
        bytes_ = source.width == 1
        x = torch.randint(256, shape, dtype=torch.uint8) if bytes_ else torch.randn(shape)
        return Part(x, torch.randint(source.classes, (shape[0],)))

    return Sets(part("train"), part("valid"), part("test"))


def hurried(tune: Tune, steps: int) -> Tune:
    """The same in a few steps, with validation steps from the first on."""
    soon = {"warmup": Quantity(0, "steps"), "train_steps": 1}
    args = {name: soon.get(name, value) for name, value in tune.method.args.items()}
    return evolve(tune, method=evolve(tune.method, args=args), length=Quantity(steps, "steps"))


def measured(program: Program, tune_name: str, steps: int) -> int:
    """The most bytes in use at once."""
    if STANDARD.trials(program, program.tune(tune_name)):
        program = trial_of(program, tune_name, program.starts)
    program = evolve(program, tunes=tuple(hurried(tune, steps) for tune in program.tunes))
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as found:
        sets = random_sets(program)
        training = prepare(program, tune_name, sets=sets).training
        for _ in training.run():
            pass
    events = [e for e in found.profiler.kineto_results.events() if e.name() == "[memory]"]
    now = most = 0
    for event in sorted(events, key=lambda e: e.start_ns()):
        now += event.nbytes()
        most = max(most, now)
    return most


def programs() -> Iterator[tuple[str, Program]]:
    """Programs with a tune block for each method, and what to call them."""
    texts = {"mlp 784-2400-2400-10": WIDE, "graph": _read(HERE / "graph.hspec")}
    texts |= {name: _read(SHIPPED / f"{name}.hspec") for name in ("fashion_cnn", "quickstart")}
    wanted = {name: (text, TUNES) for name, text in texts.items()}
    wanted["penalties per weight"] = PENALTIES, DIFFERENTIATED
    wanted["mlp 784-800-800-10"] = SMALL, SIDE_BY_SIDE
    for name, (text, tunes) in wanted.items():
        own = [
            f"tune {_name(m)} {{ method = {m}; {rest}; epochs = 1 }}" for m, rest in tunes.items()
        ]
        text = re.sub(r"(?ms)^tune .*?^\}", "", text) + "\n".join(own)
        yield name, place(compile_text(text, name).program, STANDARD, ("cpu",))


def _name(method: str) -> str:
    """Of the tune block: `implicit_neumann` for `implicit(solver = neumann, inner_steps = 5)`."""
    return "_".join(re.findall(r"^\w+|(?<=solver = )\w+|(?<=hidden = )\w+", method))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=3)
    options = parser.parse_args()
    print(f"{'training':38} {'planned':>12} {'measured':>12}  planned / measured")
    for name, program in programs():
        for tune in program.tunes:
            memory = plan(program, STANDARD, tune.name).memory
            assert memory is not None
            planned = memory["cpu"].peak / 2**20
            taken = measured(program, tune.name, options.steps) / 2**20
            print(
                f"{f'{name}, {tune.name}':38} {planned:8.1f} MiB {taken:8.1f} MiB"
                f"  {planned / taken:.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
