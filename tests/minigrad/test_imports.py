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
