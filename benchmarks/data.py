"""How long a batch is augmented, against torchvision's transforms of one image after another.

    python benchmarks/data.py [--rounds 30] [--threads 1]

128 images of CIFAR's size, tensors already; strengths are hyperparameters, a row for each
example. torchvision's side is `[transform(image) for image in batch]` with constants, without
stacking the results; linear interpolation on both sides. It has no cutout: its square is a
`RandomErasing` of the same side. Both sides are timed in turn, in one process with the same
threads. With one thread it is the time of the processor, to which it matters little what else the
machine does; with more, that of the clock. Prints medians, quartiles and ratios of medians.
"""

from __future__ import annotations

import argparse
import math
import platform
import statistics
import time
from collections.abc import Callable, Mapping

import torch
import torchvision
from torch import Tensor
from torchvision.transforms import v2

from hypertune.catalogue import AugmentType
from hypertune.ir import Ref
from hypertune.standard import STANDARD

BATCH, SIDE = 128, 32
# what is called, with strengths; what torchvision's is
FLIP = ("flip", {"p": 0.5}), v2.RandomHorizontalFlip()
CROP = ("crop", {}), v2.RandomCrop(SIDE, padding=4)
CUTOUT = (
    ("cutout", {"holes": 1.0, "length": 8.0}),
    v2.RandomErasing(p=1.0, scale=(1 / 16, 1 / 16), ratio=(1, 1)),
)
AFFINE = (
    ("affine", {"degrees": 5.0, "translate": 0.05, "zoom": 0.05, "shear": 5.0}),
    v2.RandomAffine(5, (0.05, 0.05), (0.95, 1.05), 5, v2.InterpolationMode.BILINEAR),
)
JITTER = (
    (
        "color_jitter",
        {"brightness": 0.05, "contrast": 0.05, "saturation": 0.05, "hue": 0.05},
    ),
    v2.ColorJitter(0.05, 0.05, 0.05, 0.05),
)
ROWS = (
    ((FLIP,), 20),
    ((CROP,), 20),
    ((CUTOUT,), 20),
    ((FLIP, CROP, CUTOUT), 20),
    ((AFFINE,), 6),
    ((JITTER,), 6),
    ((JITTER, AFFINE), 6),
)


def batched(name: str, values: Mapping[str, float]) -> Callable[[Tensor], Tensor]:
    """A kind with a hyperparameter in the place of each value."""
    kind = STANDARD.of(AugmentType)[name]
    args = {arg.name: arg.default for arg in kind.args}
    change = kind.build(args | {name: Ref(name) for name in values})
    strengths = {name: torch.full((BATCH,), value) for name, value in values.items()}
    return lambda x: change(x, strengths)


def timed(functions: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each function, taken in turn; a short one is called again for 5 ms."""
    clock = time.thread_time if torch.get_num_threads() == 1 else time.perf_counter
    found: dict[str, list[float]] = {name: [] for name in functions}
    for k in range(rounds + 3):
        for name, function in functions.items():
            calls, before, after = 0, clock(), -math.inf
            while after < before + 0.005:
                function()
                calls, after = calls + 1, clock()
            if k >= 3:
                found[name].append(1e3 * (after - before) / calls)
    return found


def shown(times: list[float]) -> str:
    low, middle, high = statistics.quantiles(times, n=4)
    return f"{middle:8.3f} ({low:7.3f} - {high:7.3f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    # a step of any network frees as much: from then on glibc keeps memory instead of giving it
    # back to the system with every batch
    torch.ones(2**23 - 2**16)
    print(
        f"{platform.machine()}, {torch.get_num_threads()} threads, torch {torch.__version__}, "
        f"torchvision {torchvision.__version__}; ms for {BATCH} images: median (quartiles)\n"
    )
    print(f"{'':22} {'at once':^28} {'one by one':^28}  ratio  wanted")
    x = torch.rand(BATCH, 3, SIDE, SIDE)
    for pairs, wanted in ROWS:
        whole = [batched(*ours) for ours, _ in pairs]
        single = v2.Compose([theirs for _, theirs in pairs]) if len(pairs) > 1 else pairs[0][1]

        def at_once(whole: list[Callable[[Tensor], Tensor]] = whole) -> Tensor:
            y = x
            for change in whole:
                y = change(y)
            return y

        def one_by_one(single: Callable[[Tensor], Tensor] = single) -> list[Tensor]:
            return [single(image) for image in x]

        found = timed({"ours": at_once, "theirs": one_by_one}, options.rounds)
        ratio = statistics.median(found["theirs"]) / statistics.median(found["ours"])
        name = ", ".join(ours[0] for ours, _ in pairs)
        print(
            f"{name:22} {shown(found['ours'])} {shown(found['theirs'])} {ratio:6.1f} {wanted:6}x"
        )


if __name__ == "__main__":
    main()
