"""A module imports only from its own layer and from those below; core is whole by itself."""

import subprocess
import sys

from layers import HEIGHTS, ROOT, imports, layer_of, lines, modules

MOST_LINES_OF_CORE = 1600


def test_every_module_is_in_a_layer():
    assert {layer_of(name) for name in modules()} <= HEIGHTS.keys()


def test_imports_go_downwards_only():
    upwards = {
        (module, other)
        for module, other in imports()
        if HEIGHTS[layer_of(other)] > HEIGHTS[layer_of(module)]
    }
    assert not upwards


def test_core_imports_nothing_of_minigrad_but_itself():
    others = {pair for pair in imports() if layer_of(pair[0]) == "core" != layer_of(pair[1])}
    assert not others


def test_what_is_below_tensor_differentiates_and_compiles_where_tensor_is_not():
    program = f"""
import sys, types
package = types.ModuleType("minigrad")
package.__path__ = [{str(ROOT / "minigrad")!r}]
sys.modules |= {{"minigrad": package, "minigrad.tensor": None}}

from minigrad.compile import function
from minigrad.core.types import TensorType
from minigrad.gradient import grad
from minigrad.ops.indexing import getitem
from minigrad.ops.linalg import Dot
from minigrad.ops.reduction import CumSum, Reduction

x = TensorType("float64", (None,))("x")
cost = Reduction("prod", (0,))(x) + Dot()(x, x) + CumSum(0)(getitem(x, slice(1, None))).sum() / 2
gradient = grad(cost, x)
f = function([x], gradient)
print(*f([0.0, 2.0, 3.0]), gradient.type.broadcastable)
assert "x" in str(gradient) and "x" in f.source
"""
    process = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert process.stdout == "6.0 5.0 6.5 (False,)\n", process.stderr


def test_core_is_small_enough_to_be_read_in_an_afternoon():
    assert lines()["core"] <= MOST_LINES_OF_CORE
