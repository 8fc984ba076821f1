"""Parts of a split never overlap and lose nothing by rounding."""

import pytest
import torch
from hypothesis import given, settings, strategies as st

from hypertune.catalogue import Catalogue, SourceType, part_sizes
from hypertune.data import DataError
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
