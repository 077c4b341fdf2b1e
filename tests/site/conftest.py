"""The site, built once: all tests look at the same pages, and at what their cells printed then."""

import subprocess
import sys

import pytest
from lessons_of_docs import DOCS


@pytest.fixture(scope="session")
def site():
    """The folder of the site. Nothing of an earlier build is kept: minigrad may have changed."""
    folder = DOCS / "_build"
    built = subprocess.run([sys.executable, "-m", "sphinx", "-q", "-W", "-E", DOCS, folder])
    assert built.returncode == 0
    return folder
