"""docs/from-theano.md says what the code says."""

import re
from pathlib import Path

import minigrad.tensor as T
from minigrad.compile.ignored import REASONS

PAGE = (Path(__file__).parents[2] / "docs/from-theano.md").read_text(encoding="utf-8")


def test_the_page_lists_every_setting_that_is_ignored_with_its_reason():
    rows = re.findall(r"^\| (`.*`) \| (.*) \|$", PAGE, re.MULTILINE)
    told = {name: reason for names, reason in rows for name in re.findall("`(.*?)`", names)}
    assert told == REASONS


def test_what_it_says_is_not_there_yet_is_not():
    for name in ("fft",):
        assert not hasattr(T, name)
