"""Whether what holds hyperparameters near their starts is used."""

from __future__ import annotations

from collections.abc import Iterable

from hypertune.catalogue import MethodType
from hypertune.semantics.errors.conditioning import PriorIgnored
from hypertune.semantics.scope.scope import Knowledge
from hypertune.semantics.sections.tuning import TuneFacts


def check_priors(knowledge: Knowledge, plans: Iterable[TuneFacts]) -> None:
    """Warn of priors that a method tunes without, or that no method of the spec uses.

    A method that tunes nothing beside one that uses them is there for comparison, and held by
    itself; so is what is `frozen`.
    """
    methods = [(plan.method, plan.place) for plan in plans if plan.method]
    used = any(method.uses_prior for method, _ in methods)
    without = [(m, at) for m, at in methods if not m.uses_prior and (m.follows or not used)]
    if not without:
        return
    names = tuple(dict.fromkeys(method.name for method, _ in without))
    kinds = knowledge.kinds(MethodType).values()
    able = tuple(method.name for method in kinds if method.uses_prior)
    met = {use.hyper for use in knowledge.uses}
    for name, declared in knowledge.hypers.items():
        if declared.prior and name in met and not declared.hyper.frozen:
            knowledge.findings.add(PriorIgnored(declared.prior, names, without[0][1], able))
