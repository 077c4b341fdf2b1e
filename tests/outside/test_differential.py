"""Some hundred of the random programs, and of the costs: see differential.py."""

import pytest

pytest.importorskip("autograd")

import differential  # noqa: E402


def quiet_run():
    return differential.Run(echo=lambda *_, **__: None)


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_random_programs_compute_what_numpy_and_autograd_do(first):
    run = quiet_run()
    for seed in range(first, first + 50):
        run.check_program(seed)
    assert not run.failures
