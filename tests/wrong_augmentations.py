"""A shelf of wrong augmentations: each breaks a law, which must catch it."""

from __future__ import annotations

import torch
from attrs import evolve
from wrong_layers.wrong import Wrong

from hypertune.augment.gaussian_noise import GAUSSIAN_NOISE
from hypertune.augment.mixup import MIXUP


def noise(augment, **changed):
    """Noise, written otherwise."""
    return evolve(
        GAUSSIAN_NOISE,
        build=lambda args: lambda x, strengths: augment(x, _sigma(args, strengths, x)),
        **changed,
    )


def _sigma(args, strengths, x):
    sigma = strengths["sigma"] if "sigma" in strengths else x.new_full((1,), args["sigma"])
    return sigma.to(x.dtype).view(-1, *(1,) * (x.dim() - 1))


def right(x, sigma):
    return x + sigma.detach() * torch.randn_like(x)


def with_a_gradient(x, sigma):
    return x + sigma * torch.randn_like(x)


def in_single_precision(x, sigma):
    return right(x, sigma).float()


def written_over(x, sigma):
    return x.add_(sigma.detach())


def unseeded(x, sigma):
    source = torch.Generator()
    source.seed()
    return x + sigma.detach() * torch.randn(x.shape, generator=source, dtype=x.dtype)


def centred(x, sigma):
    return x - x.mean(0) * sigma.detach().clamp(max=0).add(1)


def of_mean_strength(x, sigma):
    return right(x, sigma.mean())


def one_for_all(x, sigma):
    return x + sigma.detach() * torch.randn_like(x[:1])


def never_none(x, sigma):
    return right(x, sigma + 0.01)


def _halved(args):
    mix = MIXUP.build(args)

    def halved(x, y, classes, strengths):
        mixed, targets = mix(x, y, classes, strengths)
        return mixed, targets / 2

    return halved


_KEEPS, _SAME = "keeps shape and dtype", "gives the same for the same draw"
NEUTRAL = "does nothing at its neutral strengths"
AUGMENTATIONS = (
    Wrong("a gradient by its strength", _KEEPS, noise(with_a_gradient)),
    Wrong("single precision", _KEEPS, noise(in_single_precision)),
    Wrong("an input written over", _SAME, noise(written_over)),
    Wrong("randomness of its own", _SAME, noise(unseeded)),
    Wrong("a mean over the batch", "treats rows alone", noise(centred)),
    Wrong("the mean strength", "has strengths of each example", noise(of_mean_strength)),
    Wrong("one noise for the batch", "draws for each row alone", noise(one_for_all)),
    Wrong("noise at strength zero", NEUTRAL, noise(never_none)),
    Wrong("halved targets", "mixes targets that add up", evolve(MIXUP, build=_halved)),
)
