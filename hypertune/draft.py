"""A first spec for somebody's own data."""

from __future__ import annotations

from pathlib import Path
from string import Template

from hypertune.catalogue import Seen, SourceType, Unreadable, from_folder
from hypertune.data.csv_table import read_table
from hypertune.data.image_folder import IMAGES
from hypertune.data.npz_file import NPZ
from hypertune.ir import Shape

_FEWEST = 10  # examples, so that no part of the split is empty
_MOST_CHANNELS = 4  # of a picture; where the first axis is longer, channels may well come last


def draft_for_table(
    file: str, target: str, classes: bool = False, folder: Path | None = None
) -> str:
    """A commented spec that trains on a table as it stands, from a folder (or the present one).

    Raises:
        Unreadable: if the table cannot be used.

    """
    table = read_table(file, target, classes)
    seen = Seen((len(table.features),), len(table.classes), {"all": len(table.rows)})
    what = f"one of {seen.classes} classes" if seen.classes else "a number"
    told = (
        f"Tells `{target}` ({what}) from the other columns of {file}, {seen.sizes['all']:_} rows."
    )
    more = ", classes = true" if classes else ""
    source = f'csv("{_written(file, folder)}", target = "{_plain(target)}"{more})'
    return _draft(told, source, seen, _TABLE_LAYERS)


def draft_for_images(pictures: str, folder: Path | None = None) -> str:
    """A commented spec that trains on a folder of pictures as it stands; `folder` as above.

    Raises:
        Unreadable: if the folder cannot be used.

    """
    seen = IMAGES.seen({"folder": pictures})
    count = seen.sizes["all"]
    told = f"Tells the {seen.classes} classes of {count:_} pictures in {pictures} apart."
    return _draft(told, f'images("{_written(pictures, folder)}")', seen, _IMAGE_LAYERS)


def draft_for_arrays(file: str, folder: Path | None = None) -> str:
    """A commented spec that trains on arrays as it stands; `folder` as above.

    Raises:
        Unreadable: if the arrays cannot be used.

    """
    seen = NPZ.seen({"file": file})
    what = f"one of {seen.classes} classes" if seen.classes else "a number"
    told = f"Tells `y` ({what}) from `x` in {file}, {seen.sizes['all']:_} rows."
    pictures = len(seen.shape) == 3 and seen.shape[0] <= _MOST_CHANNELS
    flat = _TABLE_LAYERS if len(seen.shape) == 1 else f"  flatten\n{_TABLE_LAYERS}"
    source = f'npz("{_written(file, folder)}")'
    return _draft(told, source, seen, _IMAGE_LAYERS if pictures else flat)


def _written(path: str, folder: Path | None) -> str:
    """A path as a spec in a folder names it."""
    return _plain(path if folder is None else from_folder(path, folder))


def _plain(name: str) -> str:
    if '"' in name or not name.isprintable():
        raise Unreadable(f"a spec cannot write the name {name!r}: choose a plainer one")
    return name


def _draft(about: str, source: str, seen: Seen | SourceType, layers: str) -> str:
    count = seen.sizes["all"]
    if count < _FEWEST:
        raise Unreadable(f"there are {count} examples; {_FEWEST} are the least to split")
    return _SPEC.substitute(
        about=about if about.isprintable() else "A first spec.",
        source=source,
        batch=min(64, count * 3 // 10),
        shape=_shape(seen.shape),
        layers=layers,
        outputs=seen.classes or 1,
        loss="cross_entropy" if seen.classes else "mse",
        metric="accuracy" if seen.classes else "rmse",
    )


def _shape(shape: Shape) -> str:
    return ", ".join(map(str, shape)) + "," * (len(shape) == 1)


_TABLE_LAYERS = """\
  linear(64)
  relu
  dropout(drop_1)
  linear(64)
  relu
  dropout(drop_2)"""
_IMAGE_LAYERS = """\
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
# `hypertune plan` says what this takes, `hypertune train` trains and tunes it.
hspec 1

# Hyperparameters and their first guess; they are tuned while the network trains once.
hyper drop_1, drop_2 : rate         = 0.1
hyper decay          : log(1e-8, 1) = 1e-4 per batch

data {
  source = $source
  split  = (train = 60%, valid = 20%, test = 20%, seed = 0) # the seed decides what goes where
  scale  = standardize # to mean 0 and deviation 1, those of the training part
  batch  = $batch
}

# `given *`: the weights of every layer answer to all hyperparameters.
model ($shape) given * {
$layers
  linear($outputs)
}

objective {
  train  = $loss + l2(decay) # what the weights minimise, on the training part
  valid  = $loss # what the hyperparameters minimise, on the validation part
  report = $metric # for you to read
}

tune {
  method  = delta_stn(warmup = 5 epochs)
  weights = adam(lr = 0.003)
  hypers  = rmsprop(lr = 0.01)
  epochs  = 100
}
""")
