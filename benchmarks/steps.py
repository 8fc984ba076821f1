"""What a step costs, against a plain training step of the same network, and against the count.

    python benchmarks/steps.py [--rounds 60] [--threads 2] [--device cpu] [--only NETWORK …]
                               [--page docs/performance.md] [--busy] [--compile]
                               [--capture] [--channels-last] [--bf16]

Two baselines, on the same batch, threads and process, each step timed in turn: `torch`, a loop as
one writes it by hand (`nn.Sequential`, `torch.optim.SGD`), and `fixed`, hypertune's own plain
training of the same network. Augmentation is left out of all. Prints medians and quartiles, and
ratios of medians. With `--page` the table between the page's two marks is written anew.

The count is of products of the network's size, of which a plain step takes 3: a step of STN takes
6, one of Delta-STN 3 and, on the share of the batch on which it trains responses, 5; a validation
step 4. The smallest network has nothing to count: what it shows is the overhead of a step.

"delta_stn, every 4" is a mean over four steps, with `response_every = 4` and a share of 1.

With `--compile` each step (of shares, the first alone) is timed with its losses compiled as well,
in turn with all others; the first turns compile, which takes minutes. With `--capture` each is
timed with its losses replayed as CUDA graphs as well, with both also compiled and replayed; where
there is no CUDA device they are computed anew, which shows that it runs, and no more. With
`--channels-last` each is timed with images and weights in that layout as well, and with `--bf16`
under `precision = bf16` (of shares, the first and the last).

`cifar_subset` is timed where `--only` names it.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
from attrs import evolve, frozen
from torch import nn

from hypertune.catalogue import LayerType
from hypertune.compiler import compile_text
from hypertune.data.sets import Part, Sets
from hypertune.ir import Program, Ref
from hypertune.lowering import place, visible_devices
from hypertune.runtime import (
    Compile,
    Outputs,
    Record,
    Training,
    captured,
    cuda_graph,
    inductor,
    traced,
)
from hypertune.standard import STANDARD
from hypertune.tuning import prepare

MLP = """
hspec 1
hyper drop_in, drop_1, drop_2 : rate = 0.05
data { source = mnist; split = (train = 85%, valid = 15%); batch = 128 }
model (1, 28, 28) given * {
  flatten
  dropout(drop_in); linear(1200); relu
  dropout(drop_1);  linear(1200); relu
  dropout(drop_2);  linear(10)
}
objective { train = cross_entropy; valid = cross_entropy }
"""
SMALL = (
    MLP.replace("source = mnist", "source = digits")
    .replace("(1, 28, 28)", "(1, 8, 8)")
    .replace("1200", "8")
    .replace("batch = 128", "batch = 4")
)
TUNES = """
tune delta_stn { method = delta_stn; weights = sgd(lr = 0.01, momentum = 0.9)
  hypers = rmsprop(lr = 0.01); epochs = 1 }
tune stn { method = stn; weights = sgd(lr = 0.01, momentum = 0.9); hypers = rmsprop(lr = 0.01)
  epochs = 1 }
tune fixed { method = fixed; weights = sgd(lr = 0.01, momentum = 0.9); epochs = 1 }
"""
SPECS = Path(__file__).parents[1] / "specs"
SHARES = (1.0, 0.5, 0.25, 0.125)
EVERY = 4
COMPILED, CHANNELS_LAST, BF16 = ", compiled", ", channels last", ", bf16"
CAPTURED, BOTH = ", captured", ", compiled and captured"
BEGIN, END = "<!-- steps -->\n", "<!-- end of steps -->\n"


@frozen
class Step:
    """What is timed, `times` steps at once.

    Units: `products` of the network's size in a step, of which a plain one takes 3.
    """

    method: str
    share: str
    products: float
    take: Callable[[], object]
    times: int = 1


@frozen
class Times:
    """Seconds of a step, in turns with those of the others."""

    step: Step
    seconds: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def networks() -> dict[str, str]:
    """The specs by the names of their networks, without tune blocks of their own."""
    shipped = {
        name: (SPECS / f"{name}.hspec").read_text(encoding="utf-8").split("\ntune ", 1)[0]
        for name in ("quickstart", "fashion_cnn")
    }
    subset = Path(__file__).with_name("cifar_subset.hspec").read_text(encoding="utf-8")
    return {
        "64-8-8-10": SMALL,
        "quickstart": shipped["quickstart"],
        "784-1200-1200-10": MLP,
        "fashion_cnn": shipped["fashion_cnn"],
        "cifar_subset": subset.split("\ntune ", 1)[0],
    }


def plain_network(program: Program) -> nn.Sequential:
    """The network as one writes it in torch, hyperparameters at their start."""
    kinds = STANDARD.of(LayerType)
    starts = {hyper.name: hyper.start for hyper in program.hypers}
    layers = []
    for node in program.layers:
        args = {k: starts[v.hyper] if isinstance(v, Ref) else v for k, v in node.args.items()}
        plain = kinds[node.kind].plain(args, node.shapes[0])
        layers.append(getattr(nn, plain.name)(*plain.args, **plain.options))
    return nn.Sequential(*layers)


def torch_step(program: Program, sets: Sets, device: str) -> Step:
    network = plain_network(program).to(device).train()
    penalised = any(term.loss.kind == "l2" for term in program.objective.train)
    optimiser = torch.optim.SGD(
        network.parameters(), lr=0.01, momentum=0.9, weight_decay=2e-3 if penalised else 0.0
    )
    x, y = sets.train.x, sets.train.y

    def step() -> None:
        optimiser.zero_grad()
        nn.functional.cross_entropy(network(x), y).backward()
        optimiser.step()

    return Step("plain loop", "", 3, step)


def steps(program: Program, sets: Sets, device: str, also: list[str]) -> list[Step]:
    """Every step to be timed, the two baselines first; the `also` are remarks."""
    found = [torch_step(program, sets, device), *own_steps(program, sets, SHARES)]
    for remark in also:
        shares = SHARES[::3] if remark in (CHANNELS_LAST, BF16) else SHARES[:1]
        found += own_steps(program, sets, shares, remark)
    return found


def recorded(function: Callable[[], Outputs], device: torch.device) -> Callable[[], Outputs]:
    """A CUDA graph; on another device, the function, whose outputs stay in place as those do."""
    if device.type == "cuda":
        return cuda_graph(function, device)
    given = function()

    def replay() -> Outputs:
        for before, now in zip(given, function(), strict=True):
            if before is not None:
                before.copy_(now)
        return given

    return replay


def made(
    program: Program, tune: str, sets: Sets, remark: str, record: Record = recorded
) -> Training:
    """A training, with what a remark says of it."""
    makers: dict[str, Compile] = {
        COMPILED: inductor,
        CAPTURED: captured(traced, record),
        BOTH: captured(inductor, record),
    }
    graphs, last = makers.get(remark), remark == CHANNELS_LAST
    if remark == BF16:
        program = evolve(program, tunes=tuple(evolve(t, precision="bf16") for t in program.tunes))
    return prepare(program, tune, sets=sets, compiled=graphs, channels_last=last).training


def own_steps(
    program: Program,
    sets: Sets,
    shares: tuple[float, ...],
    remark: str = "",
    record: Record = recorded,
) -> list[Step]:
    """Steps of hypertune's methods, plain training first."""
    fixed = made(program, "fixed", sets, remark, record)
    found = [
        Step(f"fixed{remark}", "", 3, lambda: fixed.method.step(fixed.passes, fixed.state, 0))
    ]
    for name, products, its_shares in (("stn", 6, ()), ("delta_stn", 3, shares)):
        training = made(program, name, sets, remark, record)
        state, passes = training.state, training.passes
        method = evolve(training.method, warmup=0, train_steps=10**9)  # no turn of validation
        for share in its_shares or (None,):
            its = method if share is None else evolve(method, response_share=share)
            count = products if share is None else products + 5 * share

            def train(its=its, state=state, passes=passes) -> object:
                return its.step(passes, state, 0)

            found.append(Step(name + remark, "" if share is None else f"{share:g}", count, train))

        if its_shares:
            rare = evolve(method, response_share=1.0, response_every=EVERY)

            def several(its=rare, state=state, passes=passes) -> None:
                for k in range(EVERY):
                    its.step(passes, state, k)

            title = f"{name}, every {EVERY}{remark}"
            found.append(Step(title, "1", products + 5 / EVERY, several, EVERY))

        def valid(method=method, state=state, passes=passes) -> None:
            method.validate(passes, state, passes.valid(0))

        found.append(Step(f"{name}, validation{remark}", "", 4, valid))
    return found


def measured(
    program: Program, rounds: int, device: str, clock: Callable[[], float], also: list[str]
) -> list[Times]:
    """All steps of a network, each timed in turn on one batch."""
    times = [Times(step, []) for step in steps(program, one_batch(program, device), device, also)]
    for k in range(rounds + 5):
        for one in times:
            before = clock()
            one.step.take()
            if device != "cpu":
                torch.accelerator.synchronize()
            if k >= 5:
                one.seconds.append((clock() - before) / one.step.times)
    return times


def one_batch(program: Program, device: str) -> Sets:
    """One batch of random numbers as every part."""
    torch.manual_seed(0)
    batch = program.data.batch
    x = torch.randn(batch, *program.input, device=device)
    part = Part(x, torch.randint(10, (batch,), device=device))
    return Sets(part, part, part)


def settled(name: str, device: str) -> Program:
    """The program of a network, placed, without augmentation."""
    program = compile_text(networks()[name] + TUNES, name).program
    program = place(program, STANDARD, visible_devices(), device)
    return evolve(program, data=evolve(program.data, augment=()))


def show(times: list[Times]) -> None:
    plain, fixed = times[0].median, times[1].median
    print(f"  {'step':31} {'share':>5} {'median':>11} {'quartiles':>17}   count  /plain  /fixed")
    for one in times:
        low, _, high = (1e3 * q for q in statistics.quantiles(one.seconds, n=4))
        step, mid = one.step, one.median
        print(
            f"  {step.method:31} {step.share:>5} {mid * 1e3:8.2f} ms {low:8.2f} - {high:5.2f} ms"
            f"  {step.products / 3:5.2f}   {mid / plain:5.2f}   {mid / fixed:5.2f}"
        )


def rows(name: str, batch: int, times: list[Times]) -> list[str]:
    """The rows of the page's table, in plain steps."""
    plain = times[0].median
    found = []
    for one in times[1:]:
        step, cost = one.step, one.median / plain
        count = step.products / 3
        method, *remarks = step.method.split(", ")
        said = ", ".join([f"`{method}`", *remarks])
        found.append(
            f"| {name}, {batch} | {said} | {step.share} | {count:.2f} | {cost:.2f} "
            f"| {cost - count:+.2f} |\n"
        )
    return found


def write(page: Path, said: str, table: list[str]) -> None:
    """Put the table between the page's marks."""
    before, rest = page.read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    columns = "| network, batch | step | share | count | measured | left over |\n"
    lines = [f"{said}\n\n", columns, "|---|---|---|---|---|---|\n", *table]
    page.write_text("".join([before, BEGIN, *lines, END, after]), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument(
        "--busy", action="store_true", help="one thread's processor time, for a busy machine"
    )
    known = [*networks()]
    parser.add_argument("--only", nargs="+", default=known[:-1], choices=known)
    parser.add_argument("--bf16", action="store_true", help="time that precision as well")
    parser.add_argument("--page", type=Path, help="write the table there")
    parser.add_argument("--compile", action="store_true", help="time compiled steps as well")
    parser.add_argument("--capture", action="store_true", help="time CUDA graphs as well")
    parser.add_argument("--channels-last", action="store_true", help="time that layout as well")
    options = parser.parse_args()
    also = [COMPILED] * options.compile + [CAPTURED] * options.capture
    also += [BOTH] * (options.compile and options.capture)
    also += [CHANNELS_LAST] * options.channels_last + [BF16] * options.bf16
    torch.set_num_threads(1 if options.busy else options.threads)
    clock = time.process_time if options.busy else time.perf_counter
    threads = "processor time of 1 thread" if options.busy else f"{options.threads} threads"
    said = f"{platform.machine()}, {threads}, torch {torch.__version__}"
    if options.device != "cpu":
        said = f"{torch.cuda.get_device_name(options.device)}, torch {torch.__version__}"
    print(said)
    table = []
    for name in options.only:
        program = settled(name, options.device)
        rounds = options.rounds * (20 if name == "64-8-8-10" else 1)
        times = measured(program, rounds, options.device, clock, also)
        print(f"\n{name}, batch of {program.data.batch}")
        show(times)
        table += rows(name, program.data.batch, times)
    if options.page is not None:
        write(options.page, f"Medians of {options.rounds} rounds or more on {said}.", table)


if __name__ == "__main__":
    main()
