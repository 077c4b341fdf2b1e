"""The judge of gradients needs NumPy only."""

import os
import subprocess
import sys

from layers import ROOT, imports

JUDGE = "minigrad.testing.judge"

# The parents of the judge's package, without what is in them; and nothing else of minigrad.
ALONE = """
import sys, types

for name in ("minigrad", "minigrad.testing"):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [name.replace(".", "/")]

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("minigrad.") and not name.startswith("minigrad.testing.judge"):
            raise ImportError(f"{name} is blocked")

sys.meta_path.insert(0, Blocked())

import numpy as np
from minigrad.testing.judge.arguments import Arguments
from minigrad.testing.judge.handwritten import HandwrittenFunction
from minigrad.testing.judge.report import GradientError
from minigrad.testing.judge.verdict import check

x = Arguments(["x"], [np.linspace(-1, 1, 4)])
print(check(HandwrittenFunction(np.sin, lambda x, v: v * np.cos(x), x)))
try:
    check(HandwrittenFunction(np.sin, lambda x, v: 1.01 * v * np.cos(x), x))
except GradientError as error:
    print(error)
"""


def test_its_modules_import_nothing_of_minigrad_but_each_other():
    others = {(module, other) for module, other in imports() if module.startswith(JUDGE)}
    assert all(other.startswith(JUDGE) for _, other in others)


def test_it_judges_handwritten_gradients_where_the_rest_of_minigrad_is_missing():
    output = subprocess.run(
        [sys.executable, "-c", ALONE], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert "<Report: derivatives: 4 agree>" in output
    assert "the gradient is wrong: by x[" in output


def test_a_name_of_testing_brings_only_what_it_needs():
    program = "import sys; from minigrad.testing import Report; print(*sys.modules)"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    loaded = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    ).stdout.split()
    assert f"{JUDGE}.report" in loaded
    assert "minigrad.testing.check" not in loaded
    assert "hypothesis" not in loaded
