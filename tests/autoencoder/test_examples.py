"""The examples in the docstrings run and show what they say."""

import doctest
import pkgutil
from importlib import import_module

import pytest

import autoencoder

MODULES = [m.name for m in pkgutil.walk_packages(autoencoder.__path__, "autoencoder.")]


@pytest.mark.parametrize("module", [name for name in MODULES if not name.endswith("__main__")])
def test_the_examples_of_every_module_run(module):
    assert doctest.testmod(import_module(module)).failed == 0
