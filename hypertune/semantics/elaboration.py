"""`elaborate`: ast.Spec -> ir.Program."""

from __future__ import annotations

from attrs import frozen

from hypertune import ir
from hypertune.catalogue import Catalogue
from hypertune.diagnostics import Diagnostic
from hypertune.semantics.conditioning import check_conditioning, check_direct
from hypertune.semantics.counting import count_entries
from hypertune.semantics.declarations.names import declare
from hypertune.semantics.errors.data import DoesNotApply
from hypertune.semantics.fitting import check_fit
from hypertune.semantics.including.files import Whole, include
from hypertune.semantics.network.graph import build_network
from hypertune.semantics.outline import outline
from hypertune.semantics.perturbations import check_perturbations
from hypertune.semantics.priors import check_priors
from hypertune.semantics.scope.scope import Constant, Knowledge, Scope, Unknown
from hypertune.semantics.sections.data import DataFacts, read_data
from hypertune.semantics.sections.objective import read_objective
from hypertune.semantics.sections.tuning import check_batches, check_refits, read_tune
from hypertune.syntax import ast


@frozen
class Elaborated:
    """A program, and what there is to say about it that is no mistake."""

    program: ir.Program
    warnings: tuple[Diagnostic, ...] = ()


def elaborate(spec: ast.Spec | Whole, catalogue: Catalogue) -> Elaborated:
    """Settle every name, number and shape of a spec.

    Args:
        spec: with all that it includes; or as parsed, if it includes nothing.
        catalogue: the kinds it may use.

    Raises:
        SpecError: with every mistake found, not only the first.

    """
    knowledge = Knowledge(catalogue)
    whole = spec if isinstance(spec, Whole) else include(spec)
    for mistake in whole.mistakes:
        knowledge.findings.add(mistake)
    found = outline(whole.part.spec, whole.statements, knowledge.findings)
    scope = declare(found.declarations, knowledge)
    data = [read_data(section, scope) for section in found.data]
    facts = data[0] if data else None
    source = facts.source if facts else None
    tokens = source.sequence if source else None
    if facts and tokens is not False:
        _declare_text(scope, facts)
        _check_examples(knowledge, facts)
    networks = [build_network(model, scope, tokens) for model in found.models]
    labels = networks[0].labels if networks else None
    goals = [read_objective(section, scope, source, labels) for section in found.objective]
    plans = [read_tune(section, scope) for section in found.tune]
    if facts and facts.data:
        check_batches(plans, facts.data.batch, scope)
    check_refits(plans, source, scope)
    count_entries(knowledge, networks[0] if networks else None, facts)
    if goals:
        check_direct(knowledge, goals[0].direct, plans)
    if facts and networks:
        check_fit(found.models[0], networks[0], facts, goals, scope)
    if networks:
        shape = found.models[0].shape.span
        check_conditioning(knowledge, networks[0], plans, shape)
    knowledge.findings.refuse()
    # From here on nothing is missing: each None above has its mistake.
    check_perturbations(knowledge, goals[0].objective.train, plans)
    check_priors(knowledge, plans)
    assert facts
    assert facts.data
    program = ir.Program(
        hypers=tuple(declared.hyper for declared in knowledge.hypers.values()),
        data=facts.data,
        input=networks[0].input,
        layers=networks[0].layers,
        objective=goals[0].objective,
        tunes=tuple(plan.tune for plan in plans if plan.tune),
    )
    return Elaborated(program, knowledge.findings.warnings)


def _declare_text(scope: Scope, facts: DataFacts) -> None:
    """The names of a text: how many tokens its batches are long, and how many there are.

    Where the source is unknown it may be a text, of whose names nothing more is said.
    """
    source = facts.source
    values = (source.shape[0] if source.shape else None, source.classes) if source else (None,) * 2
    for name, value in zip(("tokens", "vocabulary"), values, strict=True):
        if scope.find(name) is None:
            scope.declare(name, Constant(value) if value else Unknown(), facts.place)


def _check_examples(knowledge: Knowledge, facts: DataFacts) -> None:
    """Refuse to have one hyperparameter for each example of a text, which has none."""
    for name, declared in knowledge.hypers.items() if facts.source else ():
        if declared.hyper.over == "example" and facts.source:
            why = "a token is no example that stands for itself"
            what = f"{name}[example]"
            knowledge.findings.add(DoesNotApply(declared.span, what, facts.source.name, why))
