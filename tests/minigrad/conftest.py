"""Functions of tests fill the arrays that they use again, so that nothing old passes for a result.

A bug in the planner fails a test, though it costs users only speed.
"""

from importlib.util import find_spec

import minigrad
from minigrad.compile.programs import PlannerWarning

minigrad.config.fill_buffers = True
if find_spec("minigrad.planner") is None:  # from whose plans loops in C are made
    collect_ignore_glob = ["test_native*.py"]


def pytest_configure(config):
    config.addinivalue_line("markers", "planner: needs minigrad.planner, which is optional")
    config.addinivalue_line("markers", "numpy_program: reads a program of NumPy's; C has another")
    config.addinivalue_line("filterwarnings", f"error::{PlannerWarning.__module__}.PlannerWarning")
