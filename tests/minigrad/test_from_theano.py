"""docs/from-theano.md says what the code says."""

import re
from pathlib import Path

from minigrad.compile.ignored import REASONS

PAGE = (Path(__file__).parents[2] / "docs/from-theano.md").read_text(encoding="utf-8")


def test_the_page_lists_every_setting_that_is_ignored_with_its_reason():
    rows = re.findall(r"^\| (`.*`) \| (.*) \|$", PAGE, re.MULTILINE)
    told = {name: reason for names, reason in rows for name in re.findall("`(.*?)`", names)}
    assert told == REASONS
