"""The text of a draft."""

from __future__ import annotations

from enum import Enum
from math import prod
from string import Template

from hypertune.catalogue import Seen
from hypertune.diagnostics import Source
from hypertune.draft.sizes import Sizes, noise
from hypertune.ir import Shape
from hypertune.syntax import format_spec, parse


class Network(Enum):
    """What a draft trains: a network for rows of numbers, or one for pictures."""

    TABLE = "table"
    PICTURES = "pictures"


def spec(about: str, source: str, seen: Seen, network: Network, sizes: Sizes) -> str:
    """A commented spec.

    Args:
        about: its first line.
        source: the call in `data`.
        seen: the shape and classes of the data.
        network: for what.
        sizes: that suit the number of examples.

    """
    pictures = network is Network.PICTURES
    twice = pictures or sizes.deep
    text = _SPEC.substitute(
        about=about,
        source=source,
        parts=sizes.parts,
        even=", stratified = true" * (seen.classes > 0),
        what="what goes where, evenly by class" if seen.classes else "what goes where",
        batch=sizes.batch or "all",
        whole="" if sizes.batch else _WHOLE,
        shape=_shape(seen.shape),
        layers=_layers(seen.shape, network, sizes.deep),
        blurred="" if pictures else _BLURRED,
        noise="" if pictures else _NOISE.format(noise(prod(seen.shape))),
        drops="drop_1, drop_2" if twice else "drop",
        decay=sizes.decay(seen.classes > 0),
        top="1" if seen.classes else "10",
        outputs=seen.classes or 1,
        loss="cross_entropy" if seen.classes else "mse",
        metric="accuracy" if seen.classes else "rmse",
        all="" if sizes.batch else _ALL,
        warmup=sizes.warmup,
        epochs=f"{sizes.epochs:_}",
        rate="0.002" if twice else "0.005",
        refit=_REFIT if sizes.refit else "",
        again=_AGAIN if sizes.refit else "",
    )
    return format_spec(parse(Source("draft", text)))


def _shape(shape: Shape) -> str:
    return ", ".join(map(str, shape)) + "," * (len(shape) == 1)


def _layers(shape: Shape, network: Network, deep: bool) -> str:
    if network is Network.PICTURES:
        return _PICTURES
    flat = "" if len(shape) == 1 else "  flatten\n"
    return flat + (_DEEP if deep else _SHALLOW)


_REFIT = "  refit    = last\n"
_AGAIN = """\
# At the end the network is trained again, on training and validation part together (`refit`).
"""
_WHOLE = " It is small: every step takes all of it."
_ALL = ", response_share = 1"  # where it would save no time
_NOISE = "hyper noise : log(1e-2, 1) = {} prior 0.1\n"
_BLURRED = "\n# `noise` blurs what goes in, in training only."
_SHALLOW = """\
  noise(noise)
  linear(128)
  relu
  dropout(drop)"""
_DEEP = """\
  noise(noise)
  linear(128)
  relu
  dropout(drop_1)
  linear(128)
  relu
  dropout(drop_2)"""
_PICTURES = """\
  conv2d(16, 3, padding = 1)
  relu
  max_pool2d(2, ceil_mode = true)
  conv2d(32, 3, padding = 1)
  relu
  adaptive_avg_pool2d(4)
  flatten
  dropout(drop_1)
  linear(128)
  relu
  dropout(drop_2)"""
_SPEC = Template("""\
# $about
# `hypertune plan` says what this takes, `hypertune train` trains and tunes it. The block `untuned`
# keeps the first guess: `hypertune train SPEC --tune untuned` shows what the tuning gains.
hspec 1

# Hyperparameters and their first guess; they are tuned while the network trains once. `prior`
# holds them near the guess, the more, the fewer examples they are tuned on.
${noise}hyper $drops : rate = 0.5 prior 0.1
hyper decay : log(1e-6, $top) = $decay per batch prior 0.1

# The seed decides $what. Numbers are scaled to mean 0 and deviation 1,
# those of the training part.$whole
data {
  source = $source
  split  = ($parts, seed = 0$even)
  scale  = standardize
  batch  = $batch
}

# `given *`: the weights of every layer respond to all hyperparameters.$blurred
model ($shape) given * {
$layers
  linear($outputs)
}

# `train` is what the weights minimise, on the training part; `valid` is what the hyperparameters
# minimise, on the validation part; `report` is for you to read.
objective {
  train  = $loss + l2(decay)
  valid  = $loss
  report = $metric
}

# Tuning begins after the warm-up, when the weights have come near to where they go. With `sgd`, a
# hyperparameter moves as much as it matters. The learning rate of the weights ends at 0.
${again}tune tuned {
  method   = delta_stn(warmup = $warmup epochs$all)
  weights  = adam(lr = $rate)
  hypers   = sgd(lr = 0.1)
  schedule = cosine
  epochs   = $epochs
$refit}

# The same training, stuck with the guess.
tune untuned {
  method   = fixed
  weights  = adam(lr = $rate)
  schedule = cosine
  epochs   = $epochs
$refit}
""")
