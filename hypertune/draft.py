"""A first spec for somebody's own data."""

from __future__ import annotations

from string import Template

from hypertune.catalogue import Unreadable
from hypertune.data.csv_table import Table, read_table

_FEWEST = 10  # rows, so that no part of the split is empty


def draft_for_table(file: str, target: str, classes: bool = False) -> str:
    """A commented spec that trains on a table as it stands.

    Raises:
        Unreadable: if the table cannot be used.

    """
    table = read_table(file, target, classes)
    if len(table.rows) < _FEWEST:
        raise Unreadable(f"{file} has {len(table.rows)} rows; {_FEWEST} are the least to split")
    if '"' in file + target:
        raise Unreadable("a spec cannot write the quotes in this name: rename the file or column")
    return _SPEC.substitute(
        about=_about(table, file, target),
        call=f'csv("{file}", target = "{target}"{", classes = true" if classes else ""})',
        batch=min(64, len(table.rows) * 3 // 10),
        features=len(table.features),
        outputs=len(table.classes) or 1,
        loss="cross_entropy" if table.classes else "mse",
        metric="accuracy" if table.classes else "rmse",
    )


def _about(table: Table, file: str, target: str) -> str:
    others, rows = len(table.features), len(table.rows)
    what = f"one of {len(table.classes)} classes" if table.classes else "a number"
    columns = f"{others} other column{'s' * (others > 1)}"
    return f"Tells `{target}` ({what}) from {columns} of {file}, {rows:_} rows."


_SPEC = Template("""\
# $about
# `hypertune plan` says what this takes, `hypertune train` trains and tunes it.
hspec 1

# Hyperparameters and their first guess; they are tuned while the network trains once.
hyper drop_1, drop_2 : rate         = 0.1
hyper decay          : log(1e-8, 1) = 1e-4 per batch

data {
  source = $call
  split  = (train = 60%, valid = 20%, test = 20%, seed = 0) # the seed decides which rows go where
  scale  = standardize # every column to mean 0 and deviation 1, those of the training part
  batch  = $batch
}

# `given *`: the weights of every layer answer to all hyperparameters.
model ($features,) given * {
  linear(64)
  relu
  dropout(drop_1)
  linear(64)
  relu
  dropout(drop_2)
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
