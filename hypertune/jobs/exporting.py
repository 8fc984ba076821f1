"""A finished run as files that know nothing of us."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hypertune.catalogue import Catalogue
from hypertune.emitting.plain import module_source
from hypertune.jobs.trained import Run
from hypertune.reporting.numbers import short
from hypertune.runs.about import About
from hypertune.runs.files import claim, write_over
from hypertune.runs.model import write_model
from hypertune.standard import STANDARD


def export(
    run: Run, output: Path | None = None, catalogue: Catalogue = STANDARD, force: bool = False
) -> tuple[Path, Path]:
    """Write the plain network's weights, and a Python module that loads them with torch alone.

    Args:
        run: one that has ended.
        output: the module; the weights get the same name. Without it, the run's name here.
        catalogue: has the layer types of the run.
        force: write over files that are there.

    Raises:
        FileExistsError: if there is one.
        RunError: if the run has not ended or kept no network.

    """
    name = re.sub(r"\W", "_", run.about.name)[:100] or "network"
    module = (output or Path(f"{name}.py")).with_suffix(".py")
    weights = module.with_suffix(".safetensors")
    for path in (module, weights):
        claim(path, force, [run.path])
    best = run.summary["best"]
    state = run.model(catalogue).state_dict()
    loss = short(best["valid_loss"])
    title = f"{run.about.name}, trained by hypertune (validation loss {loss})."
    layers = run.plain_layers(catalogue)
    source = module_source(
        run.program, catalogue, layers, run.ties(), _facts(run.about), weights.name, title
    )
    write_model(weights, state)
    write_over(module, source.encode())
    return module, weights


def _facts(about: About) -> dict[str, Any]:
    """What the module says of the data, as far as there is something to say."""
    named = {"columns": about.columns, "class_names": about.class_names}
    return {**about.scaling, **{key: names for key, names in named.items() if names}}
