"""`respond`: a module of torch whose layers respond to hyperparameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from torch import nn

from hypertune.modules.responding import Responding
from hypertune.response.conversion import convert
from hypertune.runtime import Hypers

Given = Sequence[str] | Mapping[str, Sequence[str]] | None


def respond(module: nn.Module, hypers: Hypers, given: Given = None) -> Responding:
    """A copy of a module whose layers respond to hyperparameters, with the same weights.

    What its layers give is the same at first, because responses start at zero. The module itself
    stays as it is; afterwards `module.load_state_dict(...)` takes the weights that were trained.

    What responds: linear and convolutional layers, embeddings, normalisations, attention,
    recurrent layers. `print(respond(…))` tells which do, and why the others do not.

    Args:
        module: any; its training needs no hyperparameter yet.
        hypers: those of the problem.
        given: the names of those that the layers respond to, all if None; or such names by a
            pattern of the layers' names (`"layer4.*"`), of which the first that fits counts, and
            what none fits stays plain.

    Raises:
        ValueError: if a hyperparameter is unknown, or a pattern fits no layer that can respond.

    """
    patterns = given if isinstance(given, Mapping) else {"*": given}
    columns = {
        pattern: _columns(hypers, hypers.names if names is None else names)
        for pattern, names in patterns.items()
    }
    fitting: set[str] = set()

    def given_to(layer: str) -> tuple[int, ...]:
        for pattern in patterns:
            if fnmatchcase(layer, pattern):
                fitting.add(pattern)
                return columns[pattern]
        return ()

    conversion = convert(module, given_to)
    for pattern in patterns:
        if pattern not in fitting:
            raise ValueError(
                f"`given`: no layer that could respond is called `{pattern}` (or an earlier"
                " pattern fits it); names are those of `named_modules`"
            )
    return Responding(conversion, hypers)


def _columns(hypers: Hypers, names: Sequence[str]) -> tuple[int, ...]:
    names = [names] if isinstance(names, str) else list(names)
    unknown = [name for name in names if name not in hypers.names]
    if unknown:
        known = ", ".join(f"`{name}`" for name in hypers.names)
        raise ValueError(f"`given`: there is no hyperparameter `{unknown[0]}`, only {known}")
    return tuple(sorted(hypers.names.index(name) for name in names))
