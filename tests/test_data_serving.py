"""Batches are functions of a seed and their number, and an epoch sees every example once."""

from itertools import chain

import pytest
import torch

from hypertune.data.scaling import Scaling
from hypertune.data.serving import Served
from hypertune.data.sets import Part, Sets
from hypertune.data.stored import Stored


def numbers(count, start=0):
    y = torch.arange(start, start + count)
    return Part(y[:, None].float(), y)


def served(batch, seed=0, train=23, valid=10):
    return Served(Sets(numbers(train), numbers(valid, 100), numbers(0)), batch, seed)


def labels(batch):
    assert batch.inputs[:, 0].tolist() == batch.targets.tolist()
    return batch.targets.tolist()


def joined(batches):
    return [*chain.from_iterable(labels(batch) for batch in batches)]


@pytest.mark.parametrize("epoch", [0, 1, 7])
def test_an_epoch_sees_every_example_once(epoch):
    batches = served(5)
    assert batches.per_epoch == 5
    found = [batches.train(5 * epoch + k) for k in range(5)]
    assert [len(batch) for batch in found] == [5, 5, 5, 5, 3]
    assert sorted(joined(found)) == [*range(23)]


def test_every_epoch_has_an_order_of_its_own():
    batches = served(5)
    assert joined(map(batches.train, range(5))) != joined(map(batches.train, range(5, 10)))


def test_a_batch_depends_on_nothing_but_the_seed_and_its_number():
    one, other = served(5), served(5)
    numbers_asked = [12, 0, 3, 12, 41, 7]
    torch.manual_seed(1)
    first = [labels(one.train(k)) for k in numbers_asked]
    torch.manual_seed(2)
    assert [labels(other.train(k)) for k in reversed(numbers_asked)] == first[::-1]
    assert labels(served(5, seed=1).train(0)) != first[1]


def test_serving_draws_nothing_from_the_shared_generator():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    served(5).train(3)
    assert torch.equal(torch.get_rng_state(), before)


def test_validation_has_a_stream_of_its_own():
    batches = served(4, train=10)
    valid = joined(map(batches.valid, range(3)))
    assert sorted(valid) == [*range(100, 110)]
    assert valid != [label + 100 for label in joined(map(batches.train, range(3)))]


@pytest.mark.parametrize("batch", [None, 23, 1000])
def test_a_batch_of_all_is_the_same_pair_each_time(batch):
    batches = served(batch)
    assert batches.per_epoch == 1
    assert batches.train(0).inputs is batches.train(5).inputs
    assert labels(batches.train(1)) == [*range(23)]
    assert [batches.train(k).repeat for k in range(3)] == [0, 1, 2]


def test_a_part_without_examples_gives_empty_batches():
    batches = served(5, valid=0)
    batch = batches.valid(0)
    assert batch.inputs.shape == (0, 1)
    assert batch.targets.shape == (0,)


def test_batches_are_as_they_were_read_with_the_numbers_of_their_examples():
    x = torch.arange(0, 240, dtype=torch.uint8).view(60, 1, 2, 2)
    part = Part(x, torch.arange(60), Scaling(torch.tensor(0.5), torch.tensor(0.25)))
    batch = Served(Sets(part, part, part), 7, 0).train(2)
    assert torch.equal(batch.inputs, x[batch.indices_B])
    assert torch.equal(batch.targets, batch.indices_B)
    scaled = part.scaling.apply(batch.inputs)
    torch.testing.assert_close(scaled, (x[batch.targets].float() / 255 - 0.5) / 0.25)


@pytest.mark.parametrize("size", [1, 4, 10, 99])
def test_chunks_go_through_a_part_in_order(size):
    chunks = [*numbers(10).chunks(size)]
    assert joined(chunks) == [*range(10)]
    assert max(map(len, chunks)) <= size


def test_an_empty_part_has_no_chunks():
    assert list(numbers(0).chunks(4)) == []


def test_rows_of_a_file_are_chosen_without_a_word_from_the_device_that_they_go_to():
    meta = torch.device("meta")  # raises if it is asked for a number
    x = Stored.of(torch.arange(23.0)[:, None]).to(meta)
    part = Part(x, torch.arange(23, device=meta))
    batch = Served(Sets(part, part, part), 5, 0).train(6)
    assert batch.inputs.device == batch.targets.device == batch.indices_B.device == meta
    assert len(batch) == len(batch.targets) == 5
