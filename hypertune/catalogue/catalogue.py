"""A catalogue: kinds by class and name, and how two are joined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, TypeVar

from hypertune.catalogue.domain_kinds import DomainType
from hypertune.catalogue.kinds import Kind
from hypertune.catalogue.network_kinds import Costs, LayerType, MergeType
from hypertune.catalogue.training_kinds import MethodType
from hypertune.ir import Hyper, Node, Program, Tune

K = TypeVar("K", bound=Kind)


MOST_SEARCHED: Final = 100  # entries of a vector; beyond, trials say next to nothing of each


def searched(program: Program) -> tuple[Hyper, ...]:
    """The hyperparameters that a search tries values of."""
    return tuple(h for h in program.hypers if not h.frozen and is_searchable(h))


def is_searchable(hyper: Hyper) -> bool:
    """Whether there are so few of it, and so many known, that a search may try values of each."""
    return not hyper.over or (hyper.entries is not None and hyper.entries <= MOST_SEARCHED)


class Catalogue:
    """An immutable set of kinds; two kinds of different classes may share a name."""

    def __init__(self, kinds: Iterable[Kind] = ()) -> None:
        self._kinds = {(type(kind), kind.name): kind for kind in kinds}

    def of(self, kind: type[K]) -> Mapping[str, K]:
        """All kinds of one class, by name: `catalogue.of(LayerType)["linear"]`."""
        return MappingProxyType(
            {name: k for (_, name), k in self._kinds.items() if isinstance(k, kind)}
        )

    def node(self, name: str) -> LayerType | MergeType:
        """The kind of a node of a network.

        Raises:
            KeyError: if there is none of that name.

        """
        return self.of(MergeType).get(name) or self.of(LayerType)[name]

    def costs(self, program: Program) -> list[Costs]:
        """What each node of a network costs."""
        columns = program.columns
        return [self._costs(node, columns) for node in program.layers]

    def _costs(self, node: Node, columns: Mapping[str, range]) -> Costs:
        kind = self.node(node.kind)
        if isinstance(kind, MergeType):
            return kind.costs(node.args, node.shapes)
        given = sum(len(columns[name]) for name in node.given)
        return kind.costs(node.args, node.shapes[0], given)

    def trials(self, program: Program, tune: Tune) -> int | None:
        """How many trainings a tune block takes at most; None if its method trains once."""
        method = self.of(MethodType)[tune.method.kind]
        if method.trials is None:
            return None
        kinds = self.of(DomainType)
        domains = [
            (kinds[hyper.domain.kind], hyper.domain.args)
            for hyper in searched(program)
            for _ in hyper.names
        ]
        return method.trials(tune.method.args, domains) if domains else 1

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._kinds.values())

    def __or__(self, other: Catalogue | Mapping[str, Kind]) -> Catalogue:
        """Both; where both have a kind, the right one's."""
        more = other.values() if isinstance(other, Mapping) else other
        return Catalogue([*self, *more])
