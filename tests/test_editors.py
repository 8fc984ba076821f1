"""Answers to an editor, without an editor."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings, strategies as st

from hypertune.editors.completing import completions
from hypertune.editors.context import context_at
from hypertune.editors.formatting import formatted
from hypertune.editors.hovering import hover
from hypertune.editors.kept import Kept
from hypertune.editors.navigating import definition, references
from hypertune.editors.places import Place, replaced
from hypertune.editors.positions import Lines
from hypertune.editors.reading import Reading, read
from hypertune.editors.renaming import CannotRename, rename
from hypertune.resources import resource_folder
from hypertune.standard import STANDARD

QUICKSTART = (resource_folder("specs") / "quickstart.hspec").read_text(encoding="utf-8")
NAMES = """\
hspec 1
let n = 3
hyper drops[n] : rate = 0.1
hyper keep : positive = 1 / 2 + n spread n / 3

block wide(units, p = n) given drops[0] {
  residual { linear(units) as inner } shortcut { linear(p * 1 + n) }
  add(inner)
}

model (n, 8) given keep, drops[n - 1] {
  repeat n { wide(n) }
  linear(4) as keep
  branch add { wide(units = 2) given none } { linear(3, tied = keep) }
}

objective { train = l2(keep, of = keep) }
tune n { seed = n }
"""
# What each line names: constants n, hyperparameters drops and keep, block wide, and so on.
MEANT = {
    ("constant", "n"): [2, 3, 4, 4, 6, 7, 11, 11, 12, 12, 18],
    ("hyperparameter", "drops"): [3, 6, 11],
    ("hyperparameter", "keep"): [4, 11, 17],
    ("block", "wide"): [6, 12, 14],
    ("parameter", "units"): [6, 7, 14],
    ("parameter", "p"): [6, 7],
    ("label", "inner"): [7, 8],
    ("label", "keep"): [13, 14, 17],
    ("tune", "n"): [18],
}


def _read(text: str, before: Reading | None = None) -> Reading:
    return read(text, "a.hspec", STANDARD, before)


def _offered(text: str, at: str) -> list[str]:
    offset = text.index(at) + len(at)
    return [item.word for item in completions(_read(text), offset).items]


def _renamed(text: str, offset: int, name: str) -> str:
    return replaced(text, [place.run for place in rename(_read(text), offset, name)], name)


def test_every_name_is_found_where_it_is_meant() -> None:
    found = {
        (symbol.sort, symbol.name): sorted(place.position[0] for place in symbol.places)
        for symbol in _read(NAMES).symbols
    }
    assert found == MEANT


def test_every_use_leads_to_its_declaration_and_back() -> None:
    reading = _read(NAMES)
    for symbol in reading.symbols:
        places = sorted(reading.places(symbol))
        declared = reading.place(symbol.declared)
        for place in places:
            assert definition(reading, place.start) == definition(reading, place.end) == declared
            assert list(references(reading, place.start)) == places
            assert len(references(reading, place.start, declaration=False)) == len(places) - 1


@pytest.mark.parametrize("name", ["drop_in", "drop_1", "decay"])
def test_renaming_there_and_back_changes_nothing(name: str) -> None:
    offset = QUICKSTART.index(name)
    there = _renamed(QUICKSTART, offset, "new")
    assert name not in there
    assert _read(there).findings == ()
    assert _renamed(there, offset, name) == QUICKSTART


def test_a_name_that_would_capture_another_is_refused() -> None:
    with pytest.raises(CannotRename, match="already means something else"):
        rename(_read(NAMES), NAMES.index("n ="), "p")


def test_a_name_keeps_its_place_in_a_broken_text() -> None:
    broken = NAMES.replace("repeat n {", "repeat {")
    reading = _read(broken, _read(NAMES))
    use = broken.rindex("n }")
    start = broken.index("n =")
    assert definition(reading, use) == Place("a.hspec", start, start + 1)
    assert len(references(reading, use)) == len(MEANT["constant", "n"]) - 1


def test_what_leaves_a_merge_is_shown() -> None:
    text = QUICKSTART.replace("  flatten\n", "  flatten as flat\n  relu\n  add(flat)\n")
    shown = hover(_read(text), text.index("add("))
    assert shown is not None
    assert shown.text.startswith("(64) and (64) → (64)\n\n```hspec\nadd\n```\nmerge: ")


def test_shapes_outlive_a_mistake() -> None:
    broken = QUICKSTART.replace(" = delta_stn", " = deltastn").replace("256", "25")
    reading = _read(broken, _read(QUICKSTART))
    shown = hover(reading, broken.index("flatten"))
    assert reading.findings
    assert shown is not None
    assert "(1, 8, 8) → (64)" in shown.text


def test_a_text_that_cannot_be_read_is_not_laid_out() -> None:
    assert formatted(_read(QUICKSTART)) == QUICKSTART
    assert formatted(_read(QUICKSTART + "}", _read(QUICKSTART))) is None


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("", {"hspec", "hyper", "model"}, {"linear", "given"}),
        ("data { source = ", {"digits"}, {"linear"}),
        ("data { augment = (cutout(1, 2), ", {"cutout"}, {"digits"}),
        ("data { batch = 1\n s", {"source", "split", "scale"}, {"batch"}),
        ("data { batch = 1\n", {"source"}, {"batch"}),
        ("data { batch = ", {"all"}, set()),
        ("objective { valid = ", {"cross_entropy"}, {"l2"}),
        ("objective { train = mse + 2 * ", {"l2"}, {"accuracy"}),
        ("objective { report = (", {"accuracy"}, {"l2"}),
        ("tune x { method = ", {"stn"}, {"sgd"}),
        ("tune { schedule = ", {"cosine"}, {"sgd"}),
        ("tune { precision = ", {"bf16"}, set()),
        ("tune { weights = sgd(lr = 1, ", {"momentum"}, {"lr"}),
        ("tune { weights = sgd(nesterov = ", {"true", "false"}, {"lr"}),
        ("hyper a : ", {"rate", "log"}, {"sgd"}),
        ("hyper a : rate = 1 per ", {"example", "batch"}, {"spread"}),
        ("hyper a : rate = 1 per batch ", {"spread", "prior", "frozen"}, {"per"}),
        ("model (1) {\n", {"linear", "add", "repeat"}, {"sgd", "given", "shortcut"}),
        ("model (1) {\n linear(1) ", {"given", "on", "as"}, {"linear"}),
        ("model (1) {\n residual { relu } ", {"shortcut", "as"}, {"linear"}),
        ("model (1) {\n linear(1); ", {"relu"}, {"given"}),
        ("model (1) {\n linear(1) on ", {"auto"}, {"as"}),
        ("model (1) {\n branch ", {"add", "concat", "mean", "mul"}, {"as"}),
        ("model (1) ", {"given", "on"}, {"as"}),
        ("model (1) {\n linear(1\n", {"relu"}, {"bias"}),
        ("data {\n source = digits\nmodel (1) {\n", {"relu"}, {"batch"}),
        ("# a ", set(), {"hspec"}),
        ('include "', set(), {"hspec"}),
    ],
)
def test_what_is_offered_is_what_can_stand_there(
    text: str, wanted: set[str], unwanted: set[str]
) -> None:
    offered = _offered(text, text)
    assert wanted <= set(offered)
    assert not unwanted & set(offered)


def test_a_parameter_is_offered_inside_its_block_and_to_its_users() -> None:
    assert "units" in _offered(NAMES, "linear(")
    assert "units" in _offered(NAMES, "repeat n { wide(")
    assert "units" not in _offered(NAMES, "l2(")
    assert "inner" in _offered(NAMES, "add(")
    assert "keep" in _offered(NAMES, "tied = ")


def test_every_prefix_of_a_spec_is_answered() -> None:
    before = _read(QUICKSTART)
    for end in range(0, len(QUICKSTART), 61):
        reading = _read(QUICKSTART[:end], before)
        assert formatted(reading) is None or reading.tree is not None
        for offset in (end, end // 2):
            hover(reading, offset)
            definition(reading, offset)
            completions(reading, offset)


BITS = ("model", "tune", "given", "a", "1", '"b', "#", "\n", *"{}()[]=,;:")
TEXTS = st.text(st.sampled_from("ab\u00e9\U0001d54f\r\n"), max_size=20)


@settings(deadline=None)
@given(TEXTS, st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_places_go_there_and_back(text: str, encoding: str) -> None:
    lines = Lines(text, encoding)
    for offset in range(len(text) + 1):
        if text[offset - 1 : offset + 1] != "\r\n":  # no place lies inside a line break
            assert lines.offset(*lines.position(offset)) == offset


def test_a_place_beyond_a_line_is_its_end() -> None:
    assert Lines("ab\r\nc").offset(0, 99) == 2
    assert Lines("ab\r\nc").offset(7, 0) == 5


@settings(deadline=None)
@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_what_did_not_change_is_found_again(head: str, old: str, new: str, tail: str) -> None:
    before, after = head + old + tail, head + new + tail
    kept = Kept.of(None, before).under(after)
    found = [kept.now(at, at + 1) for at in range(len(before))]
    assert found.count(None) <= len(old)
    for at, run in enumerate(found):
        if run is not None:
            assert after[run[0] : run[1]] == before[at]
            assert kept.before(run[0]) == at


@settings(deadline=None)
@given(st.lists(st.sampled_from(BITS)))
def test_no_text_is_too_broken_for_a_context(parts: list[str]) -> None:
    text = " ".join(parts)
    context_at(text, len(text))


def test_the_language_server_loads_without_torch() -> None:
    code = (
        "import sys, hypertune.editors.server, hypertune.editors.highlighting;"
        "print(*[m for m in ('torch', 'numpy', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
