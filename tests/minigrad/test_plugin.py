"""The pytest plugin, in test runs of its own."""

import shutil

import pytest
from layers import ROOT

pytest_plugins = "pytester"

LAYER = """
    import numpy as np

    def test_of_mine(check_grad):
        x = np.linspace(0.1, 1, 30)
        check_grad(np.sin, x, grad=lambda x, v: {factor} * v * np.cos(x))
"""


def test_the_fixture_checks_gradients(pytester):
    pytester.makepyfile(LAYER.format(factor=1))
    pytester.runpytest().assert_outcomes(passed=1)


def test_a_session_that_does_not_use_the_fixture_does_not_load_minigrad(pytester, monkeypatch):
    # As an installation has it, beside the package.
    shutil.copy(ROOT / "minigrad/testing/plugin.py", pytester.path / "minigrad_pytest.py")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(
        """
        import sys

        def test_what_is_loaded():
            assert "minigrad_pytest" in sys.modules
            assert not {"minigrad", "numpy"} & set(sys.modules)

        def test_what_the_fixture_loads(check_grad):
            assert "minigrad.testing.check" in sys.modules

        def test_a_failure_of_another_kind():
            assert False
        """
    )
    result = pytester.runpytest_subprocess("-p", "minigrad_pytest")
    result.assert_outcomes(passed=2, failed=1)


def test_an_installation_has_the_plugin_outside_the_package():
    settings = (ROOT / "pyproject.toml").read_text()
    assert '[project.entry-points.pytest11]\nminigrad = "minigrad_pytest"' in settings
    assert '"minigrad/testing/plugin.py" = "minigrad_pytest.py"' in settings


def test_the_report_of_a_failure_shows_the_worst_entries(pytester):
    pytester.makepyfile(LAYER.format(factor=1.03))
    result = pytester.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*GradientError: the gradient is wrong: by x*", "*the worst of 30 comparisons*"]
    )
    text = str(result.stdout).split("the worst of 30 comparisons")[1].split("=== short test")[0]
    assert text.count("differs") == 20


def test_a_test_of_hypothesis_can_take_the_fixture(pytester):
    pytester.makepyfile(
        """
        import numpy as np
        from hypothesis import given, settings
        from minigrad.testing import tensors

        @settings(deadline=None, max_examples=3)
        @given(x=tensors("float64", shape=(2,)))
        def test_of_mine(check_grad, x):
            check_grad(np.sin, x, grad=lambda x, v: v * np.cos(x))
        """
    )
    pytester.runpytest().assert_outcomes(passed=1)


def test_a_seed_that_is_none_is_refused(pytester):
    result = pytester.runpytest("--gradcheck-seed=-1")
    assert "a seed must be a whole number, 0 or more; got -1" in str(result.stderr)


@pytest.mark.parametrize("seed", [7, 8])
def test_the_seed_comes_from_the_command_line(pytester, seed):
    pytester.makepyfile(
        f"""
        import numpy as np
        from minigrad.testing import check_grad as plain

        def gradient(check, **options):
            arguments = np.sin, np.linspace(0.1, 1, 5)
            report = check(*arguments, grad=lambda x, v: v * np.cos(x), **options)
            return [entry.analytic for entry in report.entries]

        def test_seed(check_grad):
            assert gradient(check_grad) == gradient(plain, seed={seed}) != gradient(plain)
        """
    )
    result = pytester.runpytest("--gradcheck-seed", str(seed))
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"gradcheck seed: {seed}"])
