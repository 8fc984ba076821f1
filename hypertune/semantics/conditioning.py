"""Whether each method can tune what it is asked to tune."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from hypertune.catalogue import MOST_SEARCHED, Args, MethodType, Use, is_searchable
from hypertune.diagnostics import Span
from hypertune.ir import Hyper
from hypertune.semantics.errors.conditioning import (
    CannotFollow,
    CannotFollowEach,
    CannotSearch,
    NoResponse,
    NothingResponds,
    ResponseMissed,
    UnusedHyper,
)
from hypertune.semantics.errors.objective import TunedInValid
from hypertune.semantics.network.graph import Graph
from hypertune.semantics.scope.scope import HyperUse, Knowledge
from hypertune.semantics.sections.tuning import TuneFacts

_BY_RESPONSE = frozenset({Use.STOCHASTIC, Use.DISCRETE})  # no gradient but the weights' response


@frozen
class _Demand:
    """One hyperparameter to be tuned: its places, and whether any layer responds to it."""

    hyper: Hyper
    span: Span
    uses: tuple[HyperUse, ...]
    responded: bool

    @property
    def name(self) -> str:
        return self.hyper.name


def check_conditioning(
    knowledge: Knowledge, network: Graph, plans: Iterable[TuneFacts], model: Span
) -> None:
    """Hold every hyperparameter that is tuned against every method that would tune it."""
    uses: dict[str, list[HyperUse]] = {}
    for use in knowledge.uses:
        uses.setdefault(use.hyper, []).append(use)
    responsive = {name for layer in network.layers for name in layer.given}
    _warn_unused(knowledge, uses)
    demands = [
        _Demand(declared.hyper, declared.span, tuple(uses[name]), name in responsive)
        for name, declared in knowledge.hypers.items()
        if name in uses and not declared.hyper.frozen
    ]
    for plan in plans:
        method, place = plan.method, plan.place
        if not method or not method.follows:
            continue
        if method.trials:
            _check_ends(knowledge, method, place)
        able = [d for d in demands if _is_followed(d, method, plan.options, place, knowledge)]
        single = [demand for demand in demands if not demand.hyper.over]
        if not method.needs_response or not single or not network.whole:
            continue
        if not responsive:
            knowledge.findings.add(NothingResponds(model, method.name, place))
            continue
        for demand in able:
            _check_response(demand, method, knowledge)


def check_direct(
    knowledge: Knowledge, direct: Iterable[HyperUse], plans: Iterable[TuneFacts]
) -> None:
    """Refuse what the validation loss takes directly and a method would tune to lower it."""
    tuning = [(plan.method, plan.place) for plan in plans if plan.method and plan.method.follows]
    for use in direct if tuning else ():
        declared = knowledge.hypers.get(use.hyper)
        if declared and not declared.hyper.frozen and not knowledge.findings.about(use.span):
            method, place = tuning[0]
            knowledge.findings.add(TunedInValid(use.span, use.hyper, method.name, place))


def _warn_unused(knowledge: Knowledge, uses: Mapping[str, object]) -> None:
    """A vector is unused if none of its items is used."""
    used = {knowledge.hypers[name].span for name in uses}
    for name, declared in knowledge.hypers.items():
        if declared.span not in used:
            knowledge.findings.add(UnusedHyper(declared.span, name.partition("[")[0]))


def _is_followed(
    demand: _Demand,
    method: MethodType,
    options: Args,
    place: Span,
    knowledge: Knowledge,
) -> bool:
    missed = [use for use in demand.uses if not use.is_followed_by(method)]
    many = not _takes_all(method, options, demand.hyper, knowledge)
    used, name = demand.uses[0].span, demand.name
    if many and not knowledge.findings.about(used):  # whatever is wrong with its use comes first
        hyper, able = demand.hyper, _able(demand, knowledge)
        most = MOST_SEARCHED if method.trials else None
        finding = CannotFollowEach(
            used, method.name, name, hyper.over, place, demand.span, able, most, hyper.entries
        )
        knowledge.findings.add(finding)
    elif missed and not many:
        first, able = missed[0], _able(demand, knowledge)
        knowledge.findings.add(
            CannotFollow(first.span, method.name, name, str(first), place, able)
        )
    return not many and not missed


def _able(demand: _Demand, knowledge: Knowledge) -> tuple[str, ...]:
    """The methods that can tune it."""

    def can(method: MethodType) -> bool:
        options = {arg.name: arg.default for arg in method.args}
        follows = all(use.is_followed_by(method) for use in demand.uses)
        return follows and _takes_all(method, options, demand.hyper, knowledge)

    return tuple(m.name for m in knowledge.kinds(MethodType).values() if can(m))


def _takes_all(method: MethodType, options: Args, hyper: Hyper, knowledge: Knowledge) -> bool:
    """Whether a method tunes as many of a hyperparameter as there are."""
    if not method.trials:
        return not hyper.over or method.tunes_vectors(options)
    unsettled = hyper.entries is None and knowledge.findings.mistakes
    return is_searchable(hyper) or bool(unsettled)


def _check_ends(knowledge: Knowledge, method: MethodType, place: Span) -> None:
    """Refuse domains that nothing can be drawn from."""
    for name, declared in knowledge.hypers.items():
        hyper, reported = declared.hyper, knowledge.findings.about(declared.span)
        if (
            hyper.frozen
            or not is_searchable(hyper)
            or reported
            or declared.domain.is_bounded(hyper.domain.args)
        ):
            continue
        positive = declared.bounds[0] >= 0
        knowledge.findings.add(CannotSearch(declared.span, name, positive, method.name, place))


def _check_response(demand: _Demand, method: MethodType, knowledge: Knowledge) -> None:
    if demand.responded:
        return
    only_by_response = all(use.use in _BY_RESPONSE for use in demand.uses)
    kind = NoResponse if only_by_response else ResponseMissed
    knowledge.findings.add(kind(demand.span, demand.name, method.name, demand.uses[0].span))
