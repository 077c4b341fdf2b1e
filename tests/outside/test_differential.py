"""Some of the random programs, and of the costs: see differential.py."""

import pytest

pytest.importorskip("autograd", reason='the oracle needs autograd: pip install "minigrad[bench]"')

import differential  # noqa: E402


@pytest.mark.parametrize("first", range(0, 40, 20))
def test_random_programs_compute_what_numpy_and_autograd_do(first):
    run = differential.Run(echo=lambda *_, **__: None)
    for seed in range(first, first + 20):
        run.check_program(seed)
    assert not run.failures


@pytest.mark.parametrize("family", ["loops", "draws"])
def test_random_programs_with_loops_and_draws_compute_what_numpy_and_autograd_do(family):
    run = differential.Run(echo=lambda *_, **__: None, family=family)
    for seed in range(20):
        run.check_program(seed)
    assert not run.failures


@pytest.mark.parametrize("first", range(0, 40, 20))
def test_random_costs_of_sigmoids_and_softmaxes_are_those_of_the_exact_formula(first):
    run = differential.Run(echo=lambda *_, **__: None)
    for seed in range(first, first + 20):
        run.check_cost(seed)
    assert not run.failures
