"""Programs written for Theano run through `install_as_theano`, and compute what they do by hand.

They are in the style of its tutorials and of the layer libraries, written anew, and import nothing but
NumPy and theano. `theano_by_hand` computes their results without minigrad.
"""

import runpy
import sys
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import theano_by_hand
from draws import is_thorough, part_of

import minigrad

FOLDER = Path(__file__).parent / "theano_programs"
PROGRAMS = sorted(path.stem for path in FOLDER.glob("*.py"))
MODES = ["FAST_RUN", "FAST_COMPILE", "DebugMode"]
MODES += ["NanGuardMode", "C"] if is_thorough else []
# One rounding of float32 is 6e-8; a few updates, with divisions by what is small, make more of it.
PRECISION = {"float64": 1e-9, "float32": 3e-4}


@pytest.fixture(scope="module", autouse=True)
def installed():
    """Modules of the name theano, as long as these tests run."""
    minigrad.install_as_theano()
    yield
    for name in [name for name in sys.modules if name.split(".")[0] == "theano"]:
        del sys.modules[name]


@pytest.fixture
def settings(monkeypatch):
    """A function that makes settings, for one test."""
    return lambda **values: [
        monkeypatch.setattr(minigrad.config, name, value) for name, value in values.items()
    ]


by_hand = cache(lambda name: getattr(theano_by_hand, name)())


def assert_equal_results(results, right, precision, where):
    """Dicts have the same keys, lists the same lengths, and numbers are equal to the precision."""
    if isinstance(right, dict):
        assert results.keys() == right.keys()
        for key in right:
            assert_equal_results(results[key], right[key], precision, f"{where}[{key!r}]")
    elif isinstance(right, (list, tuple)):
        assert len(results) == len(right), where
        for i, (one, other) in enumerate(zip(results, right, strict=True)):
            assert_equal_results(one, other, precision, f"{where}[{i}]")
    else:
        np.testing.assert_allclose(results, right, rtol=precision, atol=precision, err_msg=where)
        assert np.shape(results) == np.shape(right), where


@pytest.mark.parametrize(
    "name, dtype, mode", part_of(product(PROGRAMS, ["float64", "float32"], MODES), one_of=5)
)
def test_a_program_written_for_theano_computes_what_it_does_by_hand(name, dtype, mode, settings):
    settings(floatX=dtype, mode=mode)
    results = runpy.run_path(str(FOLDER / f"{name}.py"), run_name="__main__")["results"]
    assert_equal_results(results, by_hand(name), PRECISION[dtype], name)


def test_no_formula_is_written_for_a_message_that_nobody_gets(settings, monkeypatch):
    # Each looks at the sizes of its parts, for which a loop in it is gone through step by step.
    settings(floatX="float64", mode="FAST_RUN")
    monkeypatch.setattr(minigrad.protocol.formula, "formula", None)
    runpy.run_path(str(FOLDER / "rnn_tagging.py"), run_name="__main__")
