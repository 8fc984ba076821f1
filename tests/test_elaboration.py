"""What a spec comes to: names, defaults, shapes, conditioning."""

from __future__ import annotations

import os

import pytest
from fuzzing.specs import FOUND, FOUND_PROGRAMS, escape, mutants, program_escape, programs

from hypertune import ir
from hypertune.catalogue import Catalogue, MethodType, Use
from hypertune.diagnostics import Source, SpecError
from hypertune.ir import Program, Quantity, Ref
from hypertune.semantics import elaborate
from hypertune.standard import STANDARD
from hypertune.syntax import parse
from specs import findings, spec


def program_of(**changed: str) -> Program:
    return elaborate(parse(Source("a.hspec", spec(**changed))), STANDARD).program


def let(expression: str) -> ir.Value:
    """The value of a constant, read off a layer that uses it."""
    program = program_of(
        names=f"let x = {expression}", model="model (1, 8, 8) { flatten; dropout(x); linear(10) }"
    )
    return program.layers[1].args["p"]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 / 2 ** 2", 0.25),
        ("15%", 0.15),
        ("1 - 0.25 - 0.25", 0.5),
        ("-(-0.5)", 0.5),
        ("7 // 2 / 8", 0.375),
        ("7 % 4 / 8", 0.375),
        ("2 ** -1", 0.5),
        ("min(0.5, 2, 1)", 0.5),
        ("max(0, -1)", 0.0),
        ("round(0.4)", 0.0),
        ("round(0.456, 1)", 0.5),
        ("sqrt(0.25)", 0.5),
        ("exp(0) - 0.5", 0.5),
        ("log(1)", 0.0),
        (" + ".join(["0.01"] * 50), sum([0.01] * 50)),
    ],
)
def test_a_constant_has_the_value_of_its_arithmetic(expression: str, value: float) -> None:
    assert let(expression) == pytest.approx(value, abs=1e-12)


def test_layers_are_named_by_kind_and_number() -> None:
    program = program_of(
        model="model (1, 8, 8) { flatten; linear(4); relu; linear(4); linear(10) }"
    )
    names = [layer.name for layer in program.layers]
    assert names == ["flatten_1", "linear_1", "relu_1", "linear_2", "linear_3"]


def test_made_up_names_keep_clear_of_labels() -> None:
    program = program_of(
        model="model (1, 8, 8) { flatten; linear(4); linear(4) as linear_1; linear(10) as head }"
    )
    assert [layer.name for layer in program.layers][1:] == ["linear_2", "linear_1", "head"]


def test_each_layer_is_fed_by_the_one_before_it() -> None:
    layers = program_of(model="model (1, 8, 8) { conv2d(4, 3); flatten; linear(10) }").layers
    assert [x.inputs for x in layers] == [("input",), ("conv2d_1",), ("flatten_1",)]
    assert [x.output for x in layers] == [(4, 6, 6), (144,), (10,)]
    assert [x.shapes for x in layers] == [((1, 8, 8),), ((4, 6, 6),), ((144,),)]


def test_the_origin_of_a_layer_is_the_name_of_its_kind() -> None:
    program = program_of()
    assert [getattr(x.origin, "text", "") for x in program.layers] == ["flatten", "linear"]


def test_blocks_and_repeats_are_written_out() -> None:
    program = program_of(
        names="block piece(n, p = 0.5) { linear(n); dropout(p) }",
        model="model (1, 8, 8) { flatten; repeat 2 { piece(8) }; piece(4, 0.1); linear(10) }",
    )
    names = [x.name for x in program.layers if x.kind == "linear"]
    assert names == ["linear_1", "linear_2", "linear_3", "linear_4"]
    assert [x.args["p"] for x in program.layers if x.kind == "dropout"] == [0.5, 0.5, 0.1]


def test_a_block_can_take_a_hyperparameter() -> None:
    program = program_of(
        names="hyper drop : rate = 0.1\nblock piece(p) { dropout(p); linear(8) given p }",
        model="model (1, 8, 8) { flatten; piece(drop); linear(10) }",
    )
    assert program.layers[1].args["p"] == Ref("drop")
    assert program.layers[2].given == ("drop",)


def test_the_nearest_given_counts() -> None:
    program = program_of(
        names="hyper a, b, c : rate = 0.1\nblock piece given b { linear(8); linear(8) given c }",
        model="""model (1, 8, 8) given * {
            flatten; dropout(a); dropout(b); dropout(c)
            linear(8); linear(8) given none; piece; piece given a; linear(10) given c, a
        }""",
    )
    given = [layer.given for layer in program.layers if layer.kind == "linear"]
    assert given == [("a", "b", "c"), (), ("b",), ("c",), ("a",), ("c",), ("a", "c")]


def test_given_all_leaves_out_what_is_frozen() -> None:
    program = program_of(
        names="hyper a : rate = 0.1\nhyper b : rate = 0.1 frozen",
        model="model (1, 8, 8) given * { flatten; dropout(a); dropout(b); linear(10) }",
    )
    assert program.layers[-1].given == ("a",)


def test_the_nearest_device_counts() -> None:
    program = program_of(
        names="block piece on cuda:1 { linear(8) }",
        model="model (1, 8, 8) on auto { flatten on cpu; piece; piece on cuda:2; linear(10) }",
    )
    assert [layer.device for layer in program.layers] == ["cpu", "cuda:1", "cuda:2", "auto"]


def test_a_vector_is_as_many_hyperparameters() -> None:
    program = program_of(
        names="hyper drops[3] : rate = 0.1",
        model="model (1, 8, 8) { flatten; dropout(drops[2]); linear(10) given drops }",
    )
    assert [h.name for h in program.hypers] == ["drops[0]", "drops[1]", "drops[2]"]
    assert program.layers[1].args["p"] == Ref("drops[2]")
    assert program.layers[2].given == ("drops[0]", "drops[1]", "drops[2]")


def test_the_clauses_of_a_hyperparameter_are_kept() -> None:
    names = "hyper a : log(1e-8, 1) = 1e-3 per batch spread 0.5 fixed\nhyper b : int(0, 4) = 4"
    objective = "objective { train = cross_entropy + l2(a); valid = cross_entropy }"
    data = PLAIN_DATA + "; augment = cutout(b, 2) }"
    a, b = program_of(names=names, objective=objective, data=data).hypers
    assert (a.per, a.spread, a.spread_fixed, a.start) == ("batch", 0.5, True, 1e-3)
    assert (b.per, b.spread, b.spread_fixed, b.start) == ("example", 1.0, False, 4.0)


PLAIN_DATA = (
    "data { source = digits; split = (train = 60%, valid = 20%, test = 20%, seed = 3); batch = 64"
)


def test_data_settles_into_numbers() -> None:
    data = program_of(data=PLAIN_DATA + "; scale = (mean = 0.3, std = (0.4,)) }").data
    assert data.split == {"train": 0.6, "valid": 0.2, "test": 0.2}
    assert (data.split_seed, data.batch) == (3, 64)
    assert data.scale == ir.Call("normalize", {"mean": 0.3, "std": (0.4,)})


def test_a_set_with_a_test_part_is_split_in_file_order() -> None:
    data = program_of(
        data='data { source = mnist; root = "x"; split = (train = 50_000, valid = 10_000); '
        "batch = all }",
        model="model (1, 28, 28) { flatten; linear(10) }",
    ).data
    assert (data.split_seed, data.batch) == (None, None)
    assert data.source.args == {"root": "x", "download": False}


def test_an_objective_is_multiplied_out() -> None:
    objective = "objective { train = 2 * (cross_entropy + 0.5 * l2(1)) - l1(1) / 4; valid = mea }"
    wrong = findings(spec(objective=objective))
    assert [f.message for f in wrong] == ["unknown loss `mea`"]
    train = program_of(objective=objective.replace("mea", "cross_entropy")).objective.train
    assert [(t.loss.kind, t.weight) for t in train] == [
        ("cross_entropy", 2.0),
        ("l2", 1.0),
        ("l1", -0.25),
    ]


def test_an_optimiser_that_is_not_written_is_that_of_its_partner() -> None:
    tune = "tune { method = stn; weights = sgd(lr = 0.1); hypers = adam; epochs = 2 }"
    optimisers = (
        program_of(
            names="hyper drop : rate = 0.1",
            model="model (1, 8, 8) given * { flatten; dropout(drop); linear(10) }",
            tune=tune,
        )
        .tunes[0]
        .optimisers
    )
    assert optimisers["responses"] == optimisers["weights"]
    assert optimisers["spreads"] == optimisers["hypers"]


def test_a_budget_is_counted_in_seconds() -> None:
    tune = "tune { method = fixed; weights = sgd; budget = 1.5 hours; patience = 3 }"
    settled = program_of(tune=tune).tunes[0]
    assert settled.length == Quantity(5400, "seconds")
    assert settled.patience == Quantity(3, "epochs")


def test_a_frozen_hyperparameter_asks_nothing_of_a_method() -> None:
    text = spec(
        names="hyper drop : rate = 0.1 frozen\nhyper decay : log(1e-8, 1) = 1e-3 per batch",
        model="model (1, 8, 8) { flatten; dropout(drop); linear(10) given decay }",
        objective="objective { train = cross_entropy + l2(decay); valid = cross_entropy }",
        tune="tune { method = stn; weights = sgd; hypers = adam; epochs = 1 }",
    )
    assert findings(text) == ()


UNROLLED = MethodType(
    "unrolled",
    "a method that differentiates through the steps of the weights",
    (),
    frozenset({Use.SMOOTH, Use.OPTIMISER}),
    {"weights": "", "hypers": ""},
    build=dict,
)


@pytest.mark.parametrize("role", ["weights", "hypers"])
def test_a_method_that_follows_optimisers_follows_that_of_the_weights(role: str) -> None:
    rates = {"weights": "0.1", "hypers": "0.1"} | {role: "eta"}
    optimisers = "; ".join(f"{name} = adam(lr = {rate})" for name, rate in rates.items())
    text = spec(
        names="hyper eta : log(1e-4, 1) = 0.1",
        model="model (1, 8, 8) { flatten; linear(10) }",
        tune=f"tune {{ method = unrolled; {optimisers}; epochs = 1 }}",
    )
    catalogue = STANDARD | Catalogue((UNROLLED,))
    if role == "weights":
        tune = elaborate(parse(Source("a.hspec", text)), catalogue).program.tune()
        assert tune.optimisers["weights"].args["lr"] == Ref("eta")
        return
    with pytest.raises(SpecError) as wrong:
        elaborate(parse(Source("a.hspec", text)), catalogue)
    (mistake,) = wrong.value.diagnostics
    assert mistake.code == "HT422"
    assert "of the optimiser of `hypers` here" in str(wrong.value)


def test_every_mistake_is_found_in_one_run() -> None:
    text = spec(
        names="let a = 1 / 0\nhyper b : rat = 0.1",
        model="model (1, 8, 8) { flaten; linear(10) given c }",
        tune="tune { method = fixd; epochs = 0 }",
    )
    assert [f.code for f in findings(text)] == [
        "HT261",
        "HT202",
        "HT202",
        "HT201",
        "HT202",
        "HT247",
    ]


def test_a_power_tower_is_refused_at_once() -> None:
    assert [f.code for f in findings(spec(names="let a = 9 ** 9 ** 9 ** 9"))] == ["HT263"]


def test_the_work_per_layer_does_not_grow_with_the_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from hypertune.semantics.arguments import constants

    calls = 0
    plain = constants.evaluate

    def counted(*args: object) -> object:
        nonlocal calls
        calls += 1
        return plain(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("hypertune.semantics.arguments.values.evaluate", counted)
    counts = []
    for layers in (100, 200):
        calls = 0
        body = "linear(8); relu;" * layers
        program = program_of(model=f"model (1, 8, 8) {{ flatten; {body} linear(10) }}")
        assert len(program.layers) == 2 * layers + 2
        counts.append(calls)
    assert counts[1] - counts[0] == 100


MUTANTS = int(os.environ.get("HYPERTUNE_MUTANTS", "1000"))


def test_no_damaged_spec_raises_anything_but_its_mistakes() -> None:
    for data in mutants(MUTANTS, seed=1):
        fault = escape(data)
        if fault is not None:
            raise AssertionError(data.decode("utf-8", errors="replace")) from fault


def test_a_wrong_spec_raises_all_its_diagnostics() -> None:
    with pytest.raises(SpecError) as caught:
        program_of(model="model (1, 8, 8) { flaten; liner(10) }")
    assert [d.code for d in caught.value.diagnostics] == ["HT202", "HT202"]


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_what_once_went_wrong_is_accepted_or_refused(path):
    assert escape(path.read_bytes(), str(path)) is None


@pytest.mark.parametrize("path", FOUND_PROGRAMS, ids=lambda path: path.stem)
def test_what_once_went_wrong_with_a_program_is_accepted_or_refused(path):
    assert program_escape(path.read_text(encoding="utf-8")) is None


def test_damaged_programs_are_refused_in_words():
    for text in programs(60, 0):
        assert program_escape(text) is None, text
