"""Random numbers that depend on a seed and a place alone."""

import torch

from hypertune.runtime.seeding import generators, mixed, seeded

CPU = generators([torch.device("cpu")])


def test_the_same_seed_draws_the_same():
    draws = []
    for _ in range(2):
        with seeded(CPU, 7):
            draws.append(torch.rand(3))

    assert torch.equal(*draws)


def test_the_numbers_of_the_caller_go_on_as_if_nothing_was_drawn():
    torch.manual_seed(0)
    expected = torch.rand(2)
    torch.manual_seed(0)

    with seeded(CPU, 7):
        torch.rand(5)

    assert torch.equal(torch.rand(2), expected)


def test_the_numbers_of_the_caller_survive_an_error():
    before = torch.get_rng_state()
    try:
        with seeded(CPU, 7):
            raise KeyError
    except KeyError:
        pass

    assert torch.equal(torch.get_rng_state(), before)


def test_neighbouring_places_have_different_seeds():
    seeds = [mixed(a, b, c) for a in range(20) for b in range(2) for c in range(200)]

    assert len(set(seeds)) == len(seeds)
    assert len({seed & 0xFFFFFFFF for seed in seeds}) > len(seeds) - 3  # all that the CPU uses


def test_a_seed_is_one_that_torch_takes():
    assert all(0 <= mixed(seed, 0, 5) < 2**64 for seed in (0, -1, 2**63, 10**30))
