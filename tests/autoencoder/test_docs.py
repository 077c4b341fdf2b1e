"""The commands that docs/autoencoder.md prints run, and make the files that it tells of."""

import re
import shlex
from pathlib import Path

import pandas as pd
import pytest

from autoencoder.__main__ import main

TEXT = Path(__file__).parents[2].joinpath("docs/autoencoder.md").read_text(encoding="utf-8")
COMMANDS = [
    shlex.split(line)[3:]
    for block in re.findall(r"^```sh\n(.*?)^```$", TEXT, re.M | re.S)
    for line in block.splitlines()
    if line.startswith("python -m autoencoder ")
]


@pytest.fixture
def quick(monkeypatch, tmp_path):
    """Run a command in an empty folder, with few epochs; return its exit status."""
    monkeypatch.chdir(tmp_path)

    def run(argv):
        return main([*argv, "--epochs", "3"] if "--epochs" in argv else argv)

    return run


def test_three_lines_lead_from_a_table_to_scores(quick):
    (code,) = re.findall(r"^```python\n# wines.py\n(.*?)^```$", TEXT, re.M | re.S)
    exec(code, {})
    assert [quick(argv) for argv in COMMANDS[:3]] == [0, 0, 0]
    assert list(pd.read_csv("scores.csv")) == ["row", "score", "above", "worst"]
    assert pd.read_csv("codes.csv").shape == (178, 4)


def test_the_other_commands_run(quick):
    others = [argv for argv in COMMANDS[3:] if "--dask" not in argv]
    assert others and not any(map(quick, others))
