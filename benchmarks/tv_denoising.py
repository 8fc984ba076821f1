"""What tuning two numbers of total-variation denoising is worth beside a grid.

    python benchmarks/tv_denoising.py

Strength and smoothing of the total variation are tuned by `implicit` on eight pieces of the
photographs of scikit-learn, in grey and with noise of deviation 0.1, and held against 9 × 9 pairs
on eight other pieces. Denoising at a pair is solved to a relative gradient of 1e-3. Says the mean
PSNR of the tuned pair on these, and of the best pair of the grid, chosen on the very pieces that
are measured, as no method could.

Measured: noisy 19.94 dB; tuned 32.435 dB at strength 0.141 and smoothing 0.0018; best of the grid
32.169 dB at 0.1 and 0.001; so the tuned pair is 0.266 dB ahead of every point of it.
"""

from __future__ import annotations

import torch
from sklearn.datasets import load_sample_images
from torch import Tensor

from hypertune import (
    Batch,
    Conditioning,
    Implicit,
    Length,
    Loaders,
    Optimiser,
    Problem,
    Recipe,
    Training,
    Tuned,
    hypers,
    stateless,
)
from hypertune.methods.algorithms.solvers import CG
from hypertune.methods.algorithms.solving import by_fista
from hypertune.runtime import Weights

SIZE, NOISE, STEPS = 48, 0.1, 100
KNOWN = ((60, 60), (60, 400), (220, 180), (340, 520))
OTHERS = ((140, 130), (150, 480), (300, 60), (340, 330))
STRENGTHS = torch.logspace(-2, 0, 9)
SMOOTHINGS = torch.logspace(-3, -1, 9)
BOUNDS = {"lo": 1e-3, "hi": 1.0}


def crops(corners: tuple[tuple[int, int], ...], seed: int) -> tuple[Tensor, Tensor]:
    """Pieces of both photographs with noise, and as they are."""
    grey = [torch.tensor(image).float().mean(2) / 255 for image in load_sample_images().images]
    clean = torch.stack([im[r : r + SIZE, c : c + SIZE] for im in grey for r, c in corners])
    noise = torch.randn(clean.shape, generator=torch.Generator().manual_seed(seed))
    return clean + NOISE * noise, clean


def denoising_loss(x: Tensor, noisy: Tensor, strength: Tensor, smoothing: Tensor) -> Tensor:
    down, right = x.diff(dim=1, append=x[:, -1:]), x.diff(dim=2, append=x[:, :, -1:])
    edges = (down.square() + right.square() + smoothing.square()).sqrt()
    return ((x - noisy).square() / 2 + strength * edges).mean()


def psnr(x: Tensor, clean: Tensor) -> Tensor:
    return -10 * (x - clean).square().mean((1, 2)).log10().mean()


def denoised(noisy: Tensor, strength: Tensor, smoothing: Tensor) -> Tensor:
    """The pictures at a pair, by accelerated gradient descent."""

    def gradient(x_N: Tensor) -> tuple[float, Tensor]:
        leaf = x_N.view_as(noisy).detach().requires_grad_()
        loss = denoising_loss(leaf, noisy, strength, smoothing)
        (found,) = torch.autograd.grad(loss, leaf)
        return float(loss.detach()), found.flatten()

    start_N, one = noisy.flatten(), 1 / noisy.numel()
    tolerance = 1e-3 * float(gradient(start_N)[1].norm())
    largest = one * (1 + 8 * float(strength / smoothing))
    found = by_fista(gradient, start_N, tolerance, 2000, one, largest)
    return found.x_N.view_as(noisy)


def tuned(noisy: Tensor, clean: Tensor) -> Tensor:
    """Strength and smoothing."""

    def inner(weights: Weights, at: Conditioning, batch: Batch) -> Tensor:
        pair = at.values["strength"], at.values["smoothing"]
        return denoising_loss(weights["x"], batch.inputs, *pair)

    def outer(weights: Weights, at: Conditioning, batch: Batch) -> Tensor:
        return -psnr(weights["x"], batch.targets)

    start = hypers(strength=Tuned(0.1, "log", BOUNDS), smoothing=Tuned(0.02, "log", BOUNDS))
    recipe = Recipe(
        weights=Optimiser(torch.optim.Adam, {"lr": 0.01}),
        hypers=Optimiser(torch.optim.Adam, {"lr": 0.05}),
    )
    training = Training(
        Problem(stateless(inner), stateless(outer), {"x": noisy}, {}, start),
        Implicit(solver=CG(max_iterations=20), inner_steps=15),
        recipe,
        Loaders([(noisy, clean)], [(noisy, clean)]),
        Length(STEPS),
        evaluate=lambda weights, at, kept: {"valid_loss": float(-psnr(weights["x"], clean))},
    )
    for _ in training.run():
        pass
    return start.constrain(training.state.unconstrained_H)


def main() -> None:
    known, (noisy, clean) = crops(KNOWN, 0), crops(OTHERS, 1)
    pair = tuned(*known)

    def worth(strength: Tensor, smoothing: Tensor) -> float:
        return float(psnr(denoised(noisy, strength, smoothing), clean))

    grid = {(a, b): worth(a, b) for a in STRENGTHS for b in SMOOTHINGS}
    best = max(grid, key=lambda at: grid[at])
    print(f"noisy: {float(psnr(noisy, clean)):.2f} dB")
    for name, (strength, smoothing) in (("tuned", pair), ("best of the grid", best)):
        value = worth(strength, smoothing)
        print(f"{name}: {value:.3f} dB at strength {strength:.3f}, smoothing {smoothing:.4f}")
    print(f"tuned beside the best of the grid: {worth(*pair) - grid[best]:+.3f} dB")


if __name__ == "__main__":
    main()
