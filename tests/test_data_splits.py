"""Parts of a split never overlap and lose nothing by rounding."""

from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings, strategies as st

from hypertune.catalogue import Catalogue, SourceType, part_sizes
from hypertune.data import STANDARD, DataError
from hypertune.data.divisions import stratified
from hypertune.data.loading import load
from hypertune.ir import Call, Data

PARTS = ("train", "valid", "test")


def numbered(sizes):
    """A source whose examples are numbers, each of which stands once in it."""

    def read(args):
        arrays, start = {}, 0
        for part, size in sizes.items():
            values = torch.arange(start, start + size).numpy()
            arrays[part] = (values[:, None].astype("float64"), values)
            start += size
        return arrays

    return Catalogue([SourceType("numbers", "", (), (1,), 1000, sizes, read)])


def labels(sizes, split, seed):
    sets = load(Data(Call("numbers"), split, seed, None, (), None), numbered(sizes))
    for part in PARTS:
        assert getattr(sets, part).x[:, 0].tolist() == getattr(sets, part).y.tolist()
    return {part: getattr(sets, part).y.tolist() for part in PARTS}


@pytest.mark.parametrize(
    ("split", "total", "sizes"),
    [
        ({"train": 0.2, "valid": 0.4, "test": 0.4}, 1797, [359, 719, 719]),
        ({"train": 0.6, "valid": 0.2, "test": 0.2}, 442, [265, 89, 88]),
        ({"train": 1 / 3, "valid": 1 / 3, "test": 1 / 3}, 100, [34, 33, 33]),
        ({"train": 0.1, "valid": 0.2}, 10, [1, 2]),
        ({"train": 51_000, "valid": 9_000}, 60_000, [51_000, 9_000]),
        ({"train": 100, "valid": 0.5}, 301, [100, 150]),
        ({"train": 4, "valid": 0.5}, 7, [4, 3]),
        ({"train": 1.0}, 5, [5]),
    ],
)
def test_a_split_has_these_sizes(split, total, sizes):
    assert list(part_sizes(split, total).items()) == list(zip(split, sizes, strict=True))


@pytest.mark.parametrize(
    "split",
    [{"train": 0.8, "valid": 0.3}, {"train": 90, "valid": 20}, {"train": 60, "valid": 0.5}],
)
def test_parts_that_are_more_than_there_is_are_refused(split):
    with pytest.raises(ValueError, match="of 100 examples"):
        part_sizes(split, 100)


@settings(deadline=None, max_examples=100)
@given(
    cuts=st.lists(st.integers(1, 99), min_size=2, max_size=2, unique=True).map(sorted),
    total=st.integers(1, 3000),
)
def test_shares_of_the_whole_leave_nothing_out(cuts, total):
    low, high = cuts
    percent = dict(zip(PARTS, (low, high - low, 100 - high), strict=True))
    sizes = part_sizes({part: p / 100 for part, p in percent.items()}, total)
    assert sum(sizes.values()) == total
    assert all(abs(sizes[part] - p * total / 100) < 1 for part, p in percent.items())


@settings(deadline=None, max_examples=40)
@given(
    sizes=st.lists(st.integers(0, 30), min_size=3, max_size=3),
    unused=st.integers(0, 10),
    seed=st.none() | st.integers(-5, 2**40),
)
def test_no_example_is_in_two_parts(sizes, unused, seed):
    total = sum(sizes) + unused
    found = labels({"all": total}, dict(zip(PARTS, sizes, strict=True)), seed)
    assert [len(found[part]) for part in PARTS] == sizes
    everything = [label for part in found.values() for label in part]
    assert len(set(everything)) == len(everything)
    assert set(everything) <= set(range(total))


def test_the_seed_decides_the_split():
    split = {"train": 0.5, "valid": 0.25, "test": 0.25}
    first = labels({"all": 100}, split, 0)
    assert first == labels({"all": 100}, split, 0)
    assert first != labels({"all": 100}, split, 1)


def test_without_a_seed_the_order_of_the_file_stays():
    found = labels({"train": 10, "test": 3}, {"train": 7, "valid": 2}, None)
    assert found == {"train": [*range(7)], "valid": [7, 8], "test": [10, 11, 12]}


def test_a_test_part_of_the_source_stays_what_it_is():
    found = labels({"train": 50, "test": 7}, {"train": 0.8, "valid": 0.2}, 3)
    assert found["test"] == [*range(50, 57)]
    assert sorted(found["train"] + found["valid"]) == [*range(50)]
    assert found["train"] != sorted(found["train"])


def test_a_second_test_part_is_refused():
    with pytest.raises(DataError, match="its own `test` part"):
        labels({"train": 50, "test": 7}, {"train": 0.5, "test": 0.5}, 0)


def test_a_part_that_is_not_asked_for_is_empty():
    found = labels({"all": 10}, {"train": 0.5, "valid": 0.5}, 0)
    assert found["test"] == []


@settings(deadline=None, max_examples=100)
@given(
    counts=st.lists(st.integers(1, 60), min_size=2, max_size=6),
    cuts=st.lists(st.integers(1, 99), min_size=3, max_size=3, unique=True).map(sorted),
    seed=st.integers(0, 99),
)
def test_a_stratified_split_gives_each_part_its_share_of_each_class(counts, cuts, seed):
    total = sum(counts)
    y = torch.arange(len(counts)).repeat_interleave(torch.tensor(counts))
    y = y[torch.randperm(total, generator=torch.Generator().manual_seed(seed))]
    ends = [0, *(total * cut // 100 for cut in cuts)]
    sizes = dict(zip(PARTS, (b - a for a, b in pairwise(ends)), strict=True))
    found = stratified(y, sizes)
    assert {part: len(places) for part, places in found.items()} == sizes
    everything = torch.cat([*found.values()])
    assert len(everything.unique()) == len(everything)
    for part, places in found.items():
        assert places.tolist() == sorted(places.tolist())
        have = torch.bincount(y[places], minlength=len(counts))
        for count, n in zip(counts, have.tolist(), strict=True):
            assert abs(n - count * sizes[part] / total) < 2
    have = torch.bincount(y[found["train"]], minlength=len(counts))
    assert ((have - torch.tensor(counts) * sizes["train"] / total).abs() < 1).all()


def test_a_rare_class_is_in_every_part_where_it_can_be():
    y = torch.tensor([0] * 95 + [1] * 5)
    found = stratified(y, {"train": 60, "valid": 20, "test": 20})
    assert {part: int(y[places].sum()) for part, places in found.items()} == {
        "train": 3,
        "valid": 1,
        "test": 1,
    }


def test_a_spec_stratifies():
    shares = {"train": 0.3, "valid": 0.3, "test": 0.4}
    data = Data(Call("digits"), shares, 0, None, (), None, None, stratified=True)
    sets = load(data, Catalogue(STANDARD))
    whole = torch.bincount(torch.cat([sets.train.y, sets.valid.y, sets.test.y]))
    for part, share in ((sets.train, 0.3), (sets.valid, 0.3), (sets.test, 0.4)):
        assert (torch.bincount(part.y) - share * whole).abs().max() < 1.5
