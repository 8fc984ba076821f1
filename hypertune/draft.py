"""A first spec for somebody's own data."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from string import Template

from attrs import frozen

from hypertune.catalogue import Seen, Unreadable, from_folder
from hypertune.data.csv_table import Table, read_table
from hypertune.data.image_folder import IMAGES
from hypertune.data.npz_file import NPZ, read_pair
from hypertune.ir import Shape

_FEWEST = 10  # examples, so that no part of the split is empty
_MOST_CHANNELS = 4  # of a picture; where the first axis is longer, channels may well come last
_FEW = 20  # different whole numbers, which may well be classes
_MOST_TOLD = 5  # of them
_OR_CLASSES = "; `--classes` makes a class of each of its values"
_OR_REGRESSION = "; `--regression` tells the number itself"


class Undecided(Exception):
    """Nothing says whether the target is a class or a number; the text asks for it."""


@frozen
class Draft:
    """The text of a spec, and how the target was understood, in words for its author."""

    text: str
    understood: str


def draft_for_table(
    file: str,
    target: str,
    classes: bool | None = None,
    folder: Path | None = None,
    test: str = "",
    missing: str = "",
) -> Draft:
    """A commented spec that trains on a table as it stands, from a folder (or the present one).

    Args:
        file: the table.
        target: the column to be told.
        classes: whether it stands for classes; None if that is to be seen from the table.
        folder: where the spec is going to be.
        test: a table that is kept for the test.
        missing: how missing numbers are filled in, if they may be.

    Raises:
        Unreadable: if the table cannot be used.
        Undecided: if nothing says what the target is.

    """
    table = read_table(file, target, classes, {"test": test} if test else None, missing != "")
    _check_decided(target, table.parts["train" if test else "all"].target, table, classes)
    seen = Seen((len(table.features),), len(table.classes), table.sizes)
    other = "" if classes is not None or table.classes else _OR_CLASSES
    what, understood = _understood(target, table.classes, other)
    count = _examples(seen)
    told = f"Tells `{target}` ({what}) from the other columns of {file}, {count:_} rows."
    source = f'csv("{_written(file, folder)}", target = "{_plain(target)}"'
    source += f', missing = "{missing}"' * (missing != "") + _more(classes, test, folder)
    return Draft(_spec(told, source, seen, _TABLE_LAYERS), understood)


def draft_for_images(pictures: str, folder: Path | None = None) -> Draft:
    """A commented spec that trains on a folder of pictures as it stands; `folder` as above.

    Raises:
        Unreadable: if the folder cannot be used.

    """
    seen = IMAGES.seen({"folder": pictures})
    count = seen.sizes["all"]
    told = f"Tells the {seen.classes} classes of {count:_} pictures in {pictures} apart."
    source = f'images("{_written(pictures, folder)}")'
    facts = Seen(seen.shape, seen.classes, seen.sizes)
    text = _spec(told, source, facts, _IMAGE_LAYERS)
    return Draft(text, _understood("the folder", seen.class_names)[1])


def draft_for_arrays(
    file: str, classes: bool | None = None, folder: Path | None = None, test: str = ""
) -> Draft:
    """A commented spec that trains on arrays as it stands; arguments as above.

    Raises:
        Unreadable: if the arrays cannot be used.
        Undecided: if nothing says what `y` is.

    """
    found = NPZ.seen({"file": file, "classes": classes, "valid": "", "test": test})
    seen = Seen(found.shape, found.classes, found.sizes)
    if classes is None:
        y = read_pair(file)[1].tolist()
        many = seen.classes > _FEW
        if many or not seen.classes:
            _ask_if_whole("y", y, most=len(y) if many else _FEW)
    names = tuple(map(str, range(seen.classes)))
    other = _OR_REGRESSION if names else _OR_CLASSES
    what, understood = _understood("y", names, "" if classes is not None else other)
    told = f"Tells `y` ({what}) from `x` in {file}, {_examples(seen):_} rows."
    pictures = len(seen.shape) == 3 and seen.shape[0] <= _MOST_CHANNELS
    flat = _TABLE_LAYERS if len(seen.shape) == 1 else f"  flatten\n{_TABLE_LAYERS}"
    source = f'npz("{_written(file, folder)}"{_more(classes, test, folder)}'
    return Draft(_spec(told, source, seen, _IMAGE_LAYERS if pictures else flat), understood)


def _check_decided(name: str, target: Iterable[float], table: Table, classes: bool | None) -> None:
    """A column of numbers says nothing if they are few and whole."""
    if classes is None and not table.classes:
        _ask_if_whole(name, target, _FEW)


def _ask_if_whole(name: str, target: Iterable[float], most: int) -> None:
    numbers = list(target)
    there = sorted(set(numbers))
    if len(there) > most or 2 * len(there) > len(numbers):
        return
    if all(float(number).is_integer() for number in there):
        told = ", ".join(f"{number:.0f}" for number in there[:_MOST_TOLD])
        told += ", …" * (len(there) > _MOST_TOLD)
        raise Undecided(
            f"`{name}` holds {len(there)} different whole numbers ({told}): are they classes or "
            f"amounts? Add --classes if each of them stands for a class, --regression if the "
            f"number itself is to be told"
        )


def _understood(name: str, classes: tuple[str, ...], other: str = "") -> tuple[str, str]:
    """What the target is, in a word; and in words for the author of the spec."""
    if not classes:
        return "a number", f"`{name}` is told as a number{other}"
    what = f"one of {len(classes)} classes"
    told = ", ".join(classes[:_MOST_TOLD]) + ", …" * (len(classes) > _MOST_TOLD)
    return what, f"`{name}` is told as {what}: {told}{other}"


def _more(classes: bool | None, test: str, folder: Path | None) -> str:
    """The arguments that tables and arrays have in common, and the end of the call."""
    told = "" if classes is None else f", classes = {str(classes).lower()}"
    return told + (f', test = "{_written(test, folder)}")' if test else ")")


def _written(path: str, folder: Path | None) -> str:
    """A path as a spec in a folder names it."""
    return _plain(path if folder is None else from_folder(path, folder))


def _plain(name: str) -> str:
    if '"' in name or not name.isprintable():
        raise Unreadable(f"a spec cannot write the name {name!r}: choose a plainer one")
    return name


def _examples(seen: Seen) -> int:
    return seen.sizes.get("all", seen.sizes.get("train", 0))


def _spec(about: str, source: str, seen: Seen, layers: str) -> str:
    count = _examples(seen)
    if count < _FEWEST:
        raise Unreadable(f"there are {count} examples; {_FEWEST} are the least to split")
    if 2 * seen.classes > count:
        raise Unreadable(
            f"there are {seen.classes:_} classes among {count:_} examples: of a class that is "
            f"seen but once nothing can be learnt; choose another target"
        )
    own_test = "test" in seen.sizes
    return _SPEC.substitute(
        about=about if about.isprintable() else "A first spec.",
        source=source,
        parts="train = 80%, valid = 20%" if own_test else "train = 60%, valid = 20%, test = 20%",
        even=", stratified = true" * (seen.classes > 0),
        what="what goes where, evenly by class" if seen.classes else "what goes where",
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
# `hypertune plan` says what this takes, `hypertune train` trains and tunes it. The block `untuned`
# keeps the first guess: `hypertune train SPEC --tune untuned` shows what the tuning gains.
hspec 1

# Hyperparameters and their first guess; they are tuned while the network trains once.
hyper drop_1, drop_2 : rate         = 0.1
hyper decay          : log(1e-8, 1) = 1e-4 per batch

data {
  source = $source
  split  = ($parts, seed = 0$even) # the seed decides $what
  scale  = standardize # to mean 0 and deviation 1, those of the training part
  batch  = $batch
}

# `given *`: the weights of every layer respond to all hyperparameters.
model ($shape) given * {
$layers
  linear($outputs)
}

objective {
  train  = $loss + l2(decay) # what the weights minimise, on the training part
  valid  = $loss # what the hyperparameters minimise, on the validation part
  report = $metric # for you to read
}

tune tuned {
  method  = delta_stn(warmup = 5 epochs)
  weights = adam(lr = 0.003)
  hypers  = rmsprop(lr = 0.01)
  epochs  = 100
}

tune untuned { # the same training, stuck with the guess
  method  = fixed
  weights = adam(lr = 0.003)
  epochs  = 100
}
""")
