"""A draft suits the size of its data."""

import pytest
from click.testing import CliRunner

from hypertune import compile_text
from hypertune.cli import main
from hypertune.diagnostics import Source
from hypertune.draft import draft_for_table
from hypertune.draft.sizes import noise, suited
from hypertune.ir import Quantity
from hypertune.syntax import format_spec, parse


@pytest.mark.parametrize("count", [10, 11, 99, 100, 640, 1_000, 4_000, 30_000, 1_000_000])
@pytest.mark.parametrize("own_test", [False, True])
@pytest.mark.parametrize("pictures", [False, True])
def test_every_draft_trains_long_enough_and_tunes_for_most_of_it(count, own_test, pictures):
    sizes = suited(count, own_test, pictures)
    assert sizes.train + sizes.valid + sizes.test == 100
    assert (sizes.test == 0) == own_test
    rows = count * sizes.train // 100
    steps = sizes.epochs * (max(1, rows // sizes.batch) if sizes.batch else 1)
    assert steps >= 1_500
    assert 0 < sizes.warmup <= sizes.epochs / 4
    assert sizes.batch is None or 0 < sizes.batch <= rows


def test_a_small_part_is_trained_on_as_a_whole_and_a_large_one_in_batches():
    assert suited(442, own_test=False, pictures=False).batch is None
    assert suited(442, own_test=False, pictures=True).batch == 64
    assert suited(1_797, own_test=False, pictures=False).batch == 64
    assert suited(100_000, own_test=False, pictures=False).batch == 256


def test_what_is_tuned_on_is_more_where_it_is_given_back():
    small, middle, large = (suited(n, own_test=False, pictures=False) for n in (60, 6_000, 60_000))
    assert [sizes.valid for sizes in (small, middle, large)] == [30, 20, 10]
    assert [sizes.refit for sizes in (small, middle, large)] == [True, True, False]


def table(path, count, target):
    rows = "".join(f"{i},{i * i % 7},{target(i)}\n" for i in range(count))
    (path / "t.csv").write_text(f"a,b,y\n{rows}")
    return draft_for_table(str(path / "t.csv"), "y").text


def of_kind(layers, kind):
    return [layer for layer in layers if layer.kind == kind]


@pytest.mark.parametrize(("count", "dropouts"), [(30, 1), (400, 1), (3_500, 2)])
@pytest.mark.parametrize("target", [lambda i: i / 3, lambda i: "no" if i % 3 else "yes"])
def test_a_table_gets_a_network_of_its_size_without_a_warning(tmp_path, count, dropouts, target):
    found = compile_text(table(tmp_path, count, target))
    assert found.warnings == ()
    assert len(of_kind(found.program.layers, "dropout")) == dropouts
    assert len(of_kind(found.program.layers, "noise")) == 1
    assert len(found.program.hypers) == dropouts + 2


def test_both_blocks_of_a_draft_train_alike_but_for_the_method(tmp_path):
    tuned, untuned = compile_text(table(tmp_path, 200, lambda i: i / 3)).program.tunes
    assert (tuned.name, untuned.name) == ("tuned", "untuned")
    assert tuned.length == untuned.length == Quantity(1_500, "epochs")
    assert tuned.optimisers["weights"] == untuned.optimisers["weights"]
    assert tuned.schedule == untuned.schedule
    assert tuned.refit == untuned.refit == "last"


def test_numbers_start_from_a_stronger_decay_the_fewer_they_are(tmp_path):
    def decay(count, target):
        hypers = compile_text(table(tmp_path, count, target)).program.hypers
        return next(hyper.start for hyper in hypers if hyper.name == "decay")

    classes = decay(200, lambda i: "no" if i % 3 else "yes")
    many, some, few = (decay(count, lambda i: i / 3) for count in (2_000, 200, 20))
    assert few > some > many > classes


def test_classes_start_from_a_weaker_decay_the_more_examples_there_are():
    starts = [
        float(suited(n, own_test=False, pictures=False).decay(True))
        for n in (60, 569, 1_797, 100_000)
    ]
    assert starts == sorted(starts, reverse=True)
    assert len({*starts}) == 4


def test_a_draft_holds_what_it_tunes_near_the_guess(tmp_path):
    hypers = compile_text(table(tmp_path, 200, lambda i: i / 3)).program.hypers
    assert [hyper.prior for hyper in hypers] == [0.1, 0.1, 0.1]


def test_the_more_numbers_an_example_has_the_more_noise_a_draft_starts_from():
    starts = [float(noise(count)) for count in (1, 4, 10, 30, 10_000)]
    assert starts == [0.02, 0.04, 0.1, 0.3, 0.3]


def test_a_draft_is_laid_out_as_fmt_does(tmp_path):
    text = table(tmp_path, 200, lambda i: i / 3)
    assert format_spec(parse(Source("t.hspec", text))) == text


def test_a_draft_fits_into_lines_of_100_letters(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table(tmp_path, 200, lambda i: "no" if i % 3 else "yes")
    done = CliRunner().invoke(main, ["new", "--data", "t.csv", "--target", "y", "-o", "t.hspec"])
    assert done.exit_code == 0, done.output
    assert all(len(line) < 100 for line in (tmp_path / "t.hspec").read_text().splitlines())
