"""Test what `import minigrad` loads, and how long it takes."""

import os
import subprocess
import sys

import pytest


def in_a_new_process(program):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, env=environment
    ).stdout


def test_it_loads_numpy_and_the_standard_library_and_nothing_more():
    program = "import sys; before = set(sys.modules); import minigrad; print(*sys.modules)"
    loaded = {name.split(".")[0] for name in in_a_new_process(program).split()}
    foreign = {
        name
        for name in loaded
        if name not in sys.stdlib_module_names and not name.startswith(("_", "minigrad", "numpy"))
    }
    # What an environment's own start-up files load is not ours.
    start_up = set(in_a_new_process("import sys; print(*sys.modules)").split())
    assert not foreign - start_up
    assert not {"matplotlib", "sklearn", "scipy"} & loaded


def test_it_leaves_out_modules_that_take_as_long_as_a_tenth_of_it():
    before = set(in_a_new_process("import numpy, sys; print(*sys.modules)").split())
    after = set(in_a_new_process("import numpy, minigrad, sys; print(*sys.modules)").split())
    assert not {"pathlib", "statistics"} & (after - before)


def test_it_takes_at_most_three_quarters_of_numpys_time_beside_it():
    program = (
        "from time import perf_counter as now; a = now(); import numpy; b = now(); "
        "import minigrad; print((now() - a) / (b - a))"
    )
    in_a_new_process(program)  # compiles to bytecode, where that is not done yet
    ratios = [float(in_a_new_process(program)) for _ in range(7)]
    assert min(ratios) < 1.75  # what else runs on the machine only makes them larger


@pytest.mark.parametrize("name", ["T", "tensor"])
def test_the_tensor_module_comes_along(name):
    assert in_a_new_process("import minigrad as t; print(t.tensor.__name__)").strip()


def test_it_brings_no_package_that_only_a_compiled_function_needs():
    program = """
import sys, minigrad
rooms = "planner", "native", "rewrite.rules", "course", "porting", "theano", "testing"
print([n for n in sys.modules if n.startswith(tuple(f"minigrad.{room}" for room in rooms))])
x = minigrad.tensor.dvector("x")
print(minigrad.function([x], x * 2.0)([1.0]))
print("minigrad.rewrite.rules" in sys.modules)
"""
    assert in_a_new_process(program) == "[]\n[2.]\nTrue\n"


def test_all_public_names_are_listed_and_imported_though_some_are_loaded_later():
    program = """
import minigrad, minigrad.printing as printing
print(all({*module.__all__} <= {*dir(module)} for module in (minigrad, printing)))
from minigrad import *
print(pp is printing.pp, as_op is minigrad.as_op)
"""
    assert in_a_new_process(program) == "True\nTrue True\n"
