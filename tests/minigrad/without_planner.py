"""Run pytest as if minigrad had no planner: python tests/minigrad/without_planner.py [arguments].

All tests must pass but those that need the planner, which are left out.
"""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
OF_THE_PLANNER = ["test_plans.py", "test_blocks.py", "test_recycling.py", "test_without_planner.py"]


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parents[1]))
    sys.modules["minigrad.planner"] = None  # so that to import it raises a ModuleNotFoundError
    left_out = [f"--ignore={HERE / name}" for name in OF_THE_PLANNER]
    code = pytest.main([*left_out, "-n0", "-p", "no:cacheprovider", *sys.argv[1:]])
    assert "minigrad.compile" in sys.modules and "minigrad.planner.plans" not in sys.modules
    sys.exit(code)
