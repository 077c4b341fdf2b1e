"""Run pytest as if minigrad had no planner: python tests/minigrad/without_planner.py [arguments].

All tests must pass but those of the planner itself, which are left out: those with its mark.
"""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parents[1]))
    sys.modules["minigrad.planner"] = None  # so that to import it raises a ModuleNotFoundError
    code = pytest.main(["-m", "not planner", "-n0", "-p", "no:cacheprovider", *sys.argv[1:]])
    assert "minigrad.compile" in sys.modules and "minigrad.planner.plans" not in sys.modules
    sys.exit(code)
