"""`convert`: the layers inside a module are exchanged for responding ones."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import cast

from attrs import field, frozen
from torch import nn

from hypertune.response.conversion.exchanged import Exchanged, Place
from hypertune.response.conversion.kinds import CannotConvert, Make, check, check_order, make_of
from hypertune.response.conversion.reading import Reading
from hypertune.response.conversion.responding_module import RespondingModule
from hypertune.response.parameters import has_response

Given = Callable[[str], tuple[int, ...]]


@frozen
class Conversion:
    """A module whose layers respond, and what became of each of its parts that has weights.

    Args:
        layer: the module as a responding layer.
        responding: the names of the layers that respond.
        plain: why the others do not, by name.

    """

    layer: RespondingModule
    responding: tuple[str, ...]
    plain: dict[str, str]

    def __str__(self) -> str:
        lines = [f"{len(self.responding)} layers respond, {len(self.plain)} stay plain"]
        return "\n".join([*lines, *(f"  `{name}`: {why}" for name, why in self.plain.items())])


def convert(module: nn.Module, given: Given) -> Conversion:
    """A copy of a module with responding layers, whose weights and output are the same.

    Weights that are frozen (that require no gradient) stay as they are, and so does what shares
    its weights with something else.

    Args:
        module: stays as it is.
        given: the columns of the response that a layer is given, by its name; none if it shall
            not respond.

    """
    whole = nn.ModuleDict({"module": deepcopy(module)})  # a layer alone has a place in it too
    frozen_names = _freeze(whole["module"])
    surgery = _Surgery(given, _shared(whole["module"]))
    surgery.walk(whole, "")
    layer = RespondingModule(whole["module"], surgery.reading, frozen_names)
    return Conversion(layer, tuple(surgery.responding), surgery.plain)


@frozen
class _Surgery:
    given: Given
    shared: dict[int, str]  # the owners of parameters that have more than one
    reading: Reading = field(factory=Reading)
    placed: dict[int, tuple[Exchanged, nn.Module]] = field(factory=dict)  # by what was there
    responding: list[str] = field(factory=list)
    plain: dict[str, str] = field(factory=dict)

    def walk(self, holder: nn.Module, prefix: str) -> None:
        """Exchange what can be exchanged in a module, and go into the rest."""
        for key, part in list(holder._modules.items()):
            if part is None:
                continue
            name = (prefix + key).removeprefix("module").removeprefix(".")
            make = make_of(part)
            if id(part) in self.placed:  # one module that stands in several places
                setattr(holder, key, self.placed[id(part)][0])
            elif make is not None:
                self._exchange(holder, key, name, make)
            elif not isinstance(part, Exchanged):
                check_order(part, name)
                if own := [key for key, p in part._parameters.items() if p is not None]:
                    self.plain[name] = f"`{', '.join(own)}` of a {type(part).__name__}"
                self.walk(part, f"{prefix}{key}.")

    def _exchange(self, holder: nn.Module, key: str, name: str, make: Make) -> None:
        part = cast("nn.Module", getattr(holder, key))
        columns = self.given(name)
        try:
            self._check(part)
            made = make(part, Place(name, columns, self.reading))
        except CannotConvert as why:
            self.plain[name] = str(why)
            return
        if has_response(made):
            self.responding.append(name)
        elif any(True for _ in part.parameters()):
            self.plain[name] = "nothing is given to it"
        self.placed[id(part)] = made, part  # which is kept, so that its id stays its own
        setattr(holder, key, made)

    def _check(self, part: nn.Module) -> None:
        check(part)
        if part._non_persistent_buffers_set:  # no layer of torch has any
            raise CannotConvert("its weights are frozen")
        for parameter in part.parameters():
            if id(parameter) in self.shared:
                raise CannotConvert(f"it shares weights: {self.shared[id(parameter)]}")


def _freeze(module: nn.Module) -> frozenset[str]:
    """The names of the weights that require no gradient, which become buffers of their modules."""
    names = []
    for prefix, part in module.named_modules():
        for key, parameter in list(part._parameters.items()):
            if parameter is not None and not parameter.requires_grad:
                del part._parameters[key]
                part.register_buffer(key, parameter.detach(), persistent=False)
                names.append(f"{prefix}.{key}" if prefix else key)
    return frozenset(names)


def _shared(module: nn.Module) -> dict[int, str]:
    owners: dict[int, list[str]] = {}
    for prefix, part in module.named_modules():
        for key, parameter in part._parameters.items():
            if parameter is not None:
                owners.setdefault(id(parameter), []).append(f"{prefix}.{key}".lstrip("."))
    return {p: ", ".join(names) for p, names in owners.items() if len(names) > 1}
