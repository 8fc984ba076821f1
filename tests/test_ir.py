"""Programs: their text form, their JSON form, and what is said of damaged ones."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from generated import spec_texts
from hypothesis import HealthCheck, given, settings, strategies as st

from hypertune.diagnostics import Source
from hypertune.ir import DamagedProgram, Program, Ref, from_json, print_program, to_json
from hypertune.ir.json_form import VERSION
from hypertune.semantics import elaborate, verify
from hypertune.standard import STANDARD
from hypertune.syntax import parse

ROOT = Path(__file__).parent
SPECS = sorted((ROOT.parent / "specs").glob("*.hspec"))
many = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def program_of(text: str) -> Program:
    return elaborate(parse(Source("a.hspec", text)), STANDARD).program


VECTOR = program_of(
    """
    hspec 1
    hyper decays[weight] : log(1e-6, 10) = (0.5, 1)
    data { source = diabetes; split = (train = 60%, valid = 40%); batch = all }
    model (10) { reshape((1, 10)); adaptive_avg_pool1d(2); flatten; linear(1) }
    objective { train = mse + l2(decays); valid = mse }
    tune { method = random_search; weights = sgd(lr = 0.1); steps = 1 }
    """
)
(DECAYS,) = VECTOR.hypers
QUICKSTART = program_of((ROOT.parent / "specs" / "quickstart.hspec").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_a_shipped_spec_gives_its_golden_program(
    path: Path, matches_golden: Callable[[str, Path], None]
) -> None:
    text = print_program(program_of(path.read_text(encoding="utf-8")))
    matches_golden(text, ROOT / "goldens" / f"{path.stem}.ir")


@many
@given(spec_texts())
def test_json_gives_an_equal_program_back(text: str) -> None:
    program = program_of(text)
    again = from_json(to_json(program))
    assert again == program
    assert to_json(again) == to_json(program)
    assert print_program(again) == print_program(program)


@many
@given(spec_texts())
def test_an_elaborated_program_passes_verification(text: str) -> None:
    verify(program_of(text), STANDARD)


def test_a_placed_program_keeps_its_devices_in_json() -> None:
    placed = evolve(
        QUICKSTART, layers=tuple(evolve(x, device="cuda:1") for x in QUICKSTART.layers)
    )
    assert from_json(to_json(placed)) == placed


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"version": 1}', "\x00", "[" * 9999])
def test_what_is_no_program_is_refused(text: str) -> None:
    with pytest.raises(DamagedProgram, match=r"not a program|nested more deeply than any program"):
        from_json(text)


@pytest.mark.parametrize("version", [0, 1, "2", None, [1], True])
def test_an_unknown_version_is_refused_by_its_number(version: object) -> None:
    tree = json.loads(to_json(QUICKSTART)) | {"version": version}
    said = f"has version {json.dumps(version)} of the format, and this hypertune reads {VERSION}"
    with pytest.raises(DamagedProgram, match=re.escape(f"{said}: compile its spec again")):
        from_json(json.dumps(tree))


def test_not_a_number_is_refused() -> None:
    text = to_json(QUICKSTART).replace('"start": 0.6', '"start": NaN')
    with pytest.raises(DamagedProgram, match="NaN"):
        from_json(text)


def paths(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a decoded JSON text."""
    if path:
        yield path
    if isinstance(tree, list):
        tree = dict(enumerate(tree))
    for key, value in tree.items() if isinstance(tree, dict) else ():
        yield from paths(value, (*path, key))


TREE = json.loads(to_json(QUICKSTART))["program"]
FIELDS = [p for p in paths(TREE) if isinstance(p[-1], str) and "args" not in p[:-1]]
FIELDS = [p for p in FIELDS if p[-2:-1] not in (("split",), ("optimisers",))]
FIELDS = [p for p in FIELDS if not any(isinstance(key, int) and key > 0 for key in p)]


SCRAP: tuple[Any, ...] = (
    *(None, True, 0, -1, 1e300, 2**70, "", "linear", [], [1], {}),
    *({"hyper": "drop_in"}, {"kind": "sgd", "args": {}}),
    *({"number": "inf"}, {"amount": -1, "unit": "epochs"}),
)


def edited(path: tuple[Any, ...], edit: Callable[[Any, Any], None]) -> str:
    tree = json.loads(to_json(QUICKSTART))
    inner = tree["program"]
    for key in path[:-1]:
        inner = inner[key]
    edit(inner, path[-1])
    return json.dumps(tree)


@pytest.mark.parametrize("path", FIELDS, ids=lambda path: ".".join(map(str, path)))
def test_a_missing_field_is_named(path: tuple[Any, ...]) -> None:
    with pytest.raises(DamagedProgram, match=f"`{path[-1]}` is missing"):
        from_json(edited(path, lambda tree, key: tree.pop(key)))


@pytest.mark.parametrize("path", FIELDS, ids=lambda path: ".".join(map(str, path)))
def test_a_field_of_the_wrong_type_is_named(path: tuple[Any, ...]) -> None:
    with pytest.raises(DamagedProgram, match=rf"{path[-1]}(\[0\])?: .* is wanted, not"):
        from_json(edited(path, lambda tree, key: tree.update({key: [None]})))


def test_an_unknown_field_is_named() -> None:
    text = edited(("hypers", 0, "name"), lambda tree, key: tree.update(colour="red"))
    with pytest.raises(DamagedProgram, match=r"hypers\[0\].colour: a hyper has no such field"):
        from_json(text)


@many
@given(st.sampled_from(sorted(paths(TREE), key=str)), st.data())
def test_no_edit_of_the_json_raises_anything_else(path: tuple[Any, ...], data: Any) -> None:
    value = data.draw(st.sampled_from(SCRAP))
    text = edited(path, lambda tree, key: tree.__setitem__(key, value))
    with suppress(DamagedProgram):
        verify(from_json(text), STANDARD)


LAYER, TUNE, HYPER = QUICKSTART.layers[2], QUICKSTART.tunes[0], QUICKSTART.hypers[0]
DATA = QUICKSTART.data


def with_layer(**changes: Any) -> Program:
    layers = list(QUICKSTART.layers)
    layers[2] = evolve(LAYER, **changes)
    return evolve(QUICKSTART, layers=tuple(layers))


@pytest.mark.parametrize(
    ("program", "why"),
    [
        (evolve(QUICKSTART, hypers=(HYPER, HYPER)), "the name `drop_in` stands twice"),
        (evolve(QUICKSTART, hypers=(HYPER,)), "no hyperparameter `drop_1`"),
        (evolve(QUICKSTART, layers=(*QUICKSTART.layers, LAYER)), "`linear_1` stands twice"),
        (evolve(QUICKSTART, layers=()), "there is none"),
        (evolve(QUICKSTART, tunes=()), "there is none"),
        (evolve(QUICKSTART, tunes=(TUNE, TUNE)), "stands twice"),
        (
            evolve(QUICKSTART, tunes=(evolve(TUNE, name="../tuned"),)),
            "tune block cannot be called",
        ),
        (evolve(QUICKSTART, hypers=(evolve(HYPER, name="a/b"),)), "cannot be called this"),
        (evolve(QUICKSTART, input=(1, 8, 9)), "which gives"),
        (with_layer(name="input"), "`input` stands twice"),
        (with_layer(inputs=("linear_2",)), "does not stand before it"),
        (with_layer(inputs=()), "nothing feeds it"),
        (with_layer(shapes=((65,),)), "which gives"),
        (with_layer(output=(257,)), "gives"),
        (with_layer(given=("drop_9",)), "drop_9"),
        (with_layer(kind="liner"), "no layer type is called `liner`"),
        (with_layer(kind="relu"), "arguments of `relu`"),
        (with_layer(args={"out_features": 256}), "arguments of `linear`: bias, tied"),
        (
            with_layer(args={"out_features": 0, "bias": True, "tied": None}),
            "cannot take this value",
        ),
        (
            with_layer(args={"out_features": Ref("drop_in"), "bias": True, "tied": None}),
            "cannot take this",
        ),
        (evolve(QUICKSTART, hypers=(evolve(HYPER, start=0.96), *QUICKSTART.hypers[1:])), "start"),
        (evolve(VECTOR, hypers=(evolve(DECAYS, start=(1.0, 11.0)),)), "start 11 is not in its"),
        (evolve(VECTOR, hypers=(evolve(DECAYS, entries=3, start=1.0),)), "there are 2 weights"),
        (evolve(QUICKSTART, hypers=(evolve(HYPER, per="day"), *QUICKSTART.hypers[1:])), "day"),
        (evolve(QUICKSTART, data=evolve(DATA, split={"train": 2.0})), "`train` has the size"),
        (evolve(QUICKSTART, data=evolve(DATA, batch=0)), "not positive"),
        (evolve(QUICKSTART, tunes=(evolve(TUNE, optimisers={}),)), "uses optimisers for"),
        (evolve(QUICKSTART, tunes=(evolve(TUNE, precision="fp8"),)), "no precision `fp8`"),
    ],
)
def test_a_program_that_no_spec_could_give_is_refused(program: Program, why: str) -> None:
    with pytest.raises(DamagedProgram, match=why):
        verify(program, STANDARD)
