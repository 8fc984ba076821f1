"""What a layer is in torch alone: a module or a method of tensors, as text and as what runs."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from attrs import field, frozen

from hypertune.catalogue.arguments import REQUIRED, Arg, Args
from hypertune.ir import Value


@frozen
class Plain:
    """A module of torch and what it is called with; its text is `nn.Linear(64, 10)`.

    Args:
        name: of the class.
        args: of its constructor, by position; a module may be among them.
        options: the same, by name.
        gives_tuple: whether it gives one, whose first is the output.
        inputs: how often its forward pass takes the input, such as for query, key and value.
        call: what that takes besides, by name.
        causal: the name of the mask by which no step reads later ones, if it takes one.
        library: where the class is, or the function that makes it.

    """

    name: str
    args: tuple[Value | Plain, ...] = ()
    options: Mapping[str, Value] = field(factory=dict)
    gives_tuple: bool = False
    inputs: int = 1
    call: Mapping[str, Value] = field(factory=dict)
    causal: str = ""
    library: str = "torch.nn"

    @classmethod
    def of(cls, name: str, args: Args, declared: tuple[Arg, ...]) -> Plain:
        """`name` with `args`: required ones by position, others by name, defaults left out."""
        given = tuple(args[a.name] for a in declared if a.default is REQUIRED)
        optional = [a for a in declared if a.default is not REQUIRED]
        return cls(
            name, given, {a.name: args[a.name] for a in optional if args[a.name] != a.default}
        )

    def __str__(self) -> str:
        args = [str(arg) if isinstance(arg, Plain) else repr(arg) for arg in self.args]
        called = f"{self.library.split('.')[-1]}.{self.name}"
        return f"{called}({', '.join([*args, *_named(self.options)])})"

    def reading(self, module: str, x: str) -> str:
        """The expression of the output, where the module and the input are called so."""
        call = [x] * self.inputs + _named(self.call)
        if self.causal:
            of = f"{x}.shape[1], {x}.device, {x}.dtype"
            mask = f"nn.Transformer.generate_square_subsequent_mask({of})"
            call += [f"{self.causal}={mask}", "is_causal=True"]
        return f"{module}({', '.join(call)}){'[0]' if self.gives_tuple else ''}"

    def build(self) -> Any:
        """The module."""
        args = (arg.build() if isinstance(arg, Plain) else arg for arg in self.args)
        return getattr(import_module(self.library), self.name)(*args, **self.options)

    def read(self, module: Any, x: Any) -> Any:
        """The output of a module that was built so."""
        from torch import nn

        call: dict[str, Any] = dict(self.call)
        if self.causal:
            mask = nn.Transformer.generate_square_subsequent_mask
            call |= {self.causal: mask(x.shape[1], x.device, x.dtype), "is_causal": True}
        found = module(*[x] * self.inputs, **call)
        return found[0] if self.gives_tuple else found


@frozen
class PlainMethod:
    """A method of tensors and what it is called with; its text is `x.transpose(1, 2)`."""

    name: str
    args: tuple[Value, ...] = ()

    def reading(self, module: str, x: str) -> str:
        """The expression of the output; there is no module."""
        return f"{x}.{self.name}({', '.join(map(repr, self.args))})"

    def build(self) -> Any:
        """A module of it, which holds nothing."""
        from torch import Tensor, nn

        class Method(nn.Module):
            def forward(_, x: Tensor) -> Any:  # noqa: N805  # `self` is the plain method
                return getattr(x, self.name)(*self.args)

        return Method()

    def read(self, module: Any, x: Any) -> Any:
        """The output of a module that was built so."""
        return module(x)


def _named(options: Mapping[str, Value]) -> list[str]:
    return [f"{name}={value!r}" for name, value in options.items()]
