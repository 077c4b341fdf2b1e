"""docs/from-theano.md says what the code says, and the names it was asked for are there."""

import re
from importlib import import_module
from pathlib import Path

import pytest

import minigrad
from minigrad.compile.ignored import REASONS
from minigrad.tensor.absent import OUT_OF_SCOPE
from minigrad.theano import _names

PAGE = (Path(__file__).parents[2] / "docs/from-theano.md").read_text(encoding="utf-8")
# In each line a module of Theano's, or what OBJECTS have, and names in it.
NAMES = (Path(__file__).parent / "theano_names.txt").read_text(encoding="utf-8").splitlines()
REMAKE = "python -m minigrad.theano._names prints what the page should have"


X = minigrad.tensor.dmatrix("x")
OBJECTS = {
    "theano.config": minigrad.config,
    "x": X,
    "f": minigrad.function([X], 2 * X),
    "RandomStreams": minigrad.tensor.RandomStreams,
    "MRG_RandomStreams": minigrad.sandbox.rng_mrg.MRG_RandomStreams,
}


def home_of(path):
    """The module of this path in Theano; or what else programs look names up in."""
    return OBJECTS[path] if path in OBJECTS else import_module(f"minigrad.{path}")


def test_the_page_lists_every_setting_that_is_ignored_with_its_reason():
    settings = PAGE[PAGE.index("## Settings") : PAGE.index("## Deliberate differences")]
    rows = re.findall(r"^\| (`.*`) \| (.*) \|$", settings, re.MULTILINE)
    told = {name: reason for names, reason in rows for name in re.findall("`(.*?)`", names)}
    assert told == REASONS


def test_the_page_has_the_table_of_names_that_the_code_makes():
    assert _names.there() in PAGE, REMAKE


def test_the_page_has_the_table_of_what_is_out_of_scope():
    assert _names.out_of_scope() in PAGE, REMAKE


@pytest.mark.parametrize("line", NAMES)
def test_a_name_that_programs_ask_for_is_there_and_documented(line):
    path, _, names = line.partition(": ")
    home = home_of(path)
    for name in names.split():
        thing = getattr(home, name)
        assert thing.__doc__ or not callable(thing), f"{path}.{name}"


def test_what_is_out_of_scope_is_not_there():
    for path in OUT_OF_SCOPE:
        if not re.search(r"[*\[]", path):
            parent, _, name = f"theano.{path}".rpartition(".")
            try:
                home = home_of(parent)
            except ModuleNotFoundError:
                continue
            assert not hasattr(home, name), path
