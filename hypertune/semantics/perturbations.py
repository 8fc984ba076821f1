"""Whether perturbations stay within what weights can be trained on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from hypertune import ir
from hypertune.catalogue import LossType, MethodType
from hypertune.diagnostics import Span
from hypertune.semantics.errors.conditioning import FarPerturbation
from hypertune.semantics.scope.scope import Declared, Knowledge
from hypertune.semantics.sections.tuning import TuneFacts

# A penalty of so much takes all weights to zero: trained at fixed strengths, the quickstart's
# validation loss is 0.96 at 0.02, 1.58 at 0.05, and 2.27 of 2.30 at 0.1 (docs/methods.md).
_STRONGEST: Final = 0.1


def check_perturbations(
    knowledge: Knowledge, terms: Iterable[ir.Term], plans: Iterable[TuneFacts]
) -> None:
    """Warn of penalties that one deviation of a perturbation makes too strong to train with.

    Only methods that train the weights themselves on perturbed values meet these.
    """
    methods = [(p.method, p.place) for p in plans if p.method and p.method.perturbs_weights]
    kinds = knowledge.kinds(LossType)
    # Penalties on what leaves a layer are means, of which strengths of 2 are customary.
    penalties = [term for term in terms if methods and kinds[term.loss.kind].penalty == "weights"]
    for term in penalties:
        for name in ir.references_in(term.loss.args):
            _check(knowledge.hypers[name], abs(term.weight), *methods[0], knowledge)


def _check(
    declared: Declared, weight: float, method: MethodType, place: Span, knowledge: Knowledge
) -> None:
    hyper, at = declared.hyper, declared.hyper.start
    if (
        hyper.frozen
        or not isinstance(at, float)
        or hyper.over
        or knowledge.findings.about(declared.span)
    ):
        return
    start, reach = weight * at, weight * _one_deviation(declared, at)
    if start < _STRONGEST < reach:
        finding = FarPerturbation(
            declared.span, hyper.name, f"{start:.2g}", f"{reach:.2g}", method.name, place
        )
        knowledge.findings.add(finding)


def _one_deviation(declared: Declared, start: float) -> float:
    """The value that is one deviation of the perturbation above the start."""
    hyper, domain, (low, high) = declared.hyper, declared.domain, declared.bounds
    unconstrained = domain.unconstrain(start, low, high)
    return float(domain.constrain(unconstrained + hyper.spread, low, high))
