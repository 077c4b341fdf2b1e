"""The examples in the docstrings run and show what they say; every public name has one."""

import doctest
import inspect
import pkgutil
from importlib import import_module

import numpy as np
import pytest

import minigrad

MODULES = ["minigrad"] + [
    # The planner is optional; an example shows how much memory it takes.
    pytest.param(module.name, marks=pytest.mark.planner)
    if module.name.startswith("minigrad.planner") or module.name == "minigrad.compile.compiled"
    else module.name
    for module in pkgutil.walk_packages(minigrad.__path__, "minigrad.")
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_every_module_run(name):
    with np.printoptions(legacy=False):
        result = doctest.testmod(import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_it_is_for(name):
    assert import_module(name).__doc__


@pytest.mark.parametrize("name", MODULES)
def test_every_public_function_and_class_is_documented(name):
    module = import_module(name)
    for attribute, value in vars(module).items():
        own = getattr(value, "__module__", None) == name
        if (
            own
            and not attribute.startswith("_")
            and (inspect.isfunction(value) or inspect.isclass(value))
        ):
            assert value.__doc__, f"{name}.{attribute}"
