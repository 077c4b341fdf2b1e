"""A table, a model trained on most of its rows, and the rest as new rows."""

import numpy as np
import pandas as pd
import pytest
from commands import NAMES, SHORT, done, leave_blank


@pytest.fixture(scope="session")
def table():
    rng = np.random.RandomState(0)
    rows = rng.randn(100, 3) @ rng.randn(3, 20) * 10.0 ** rng.randint(-3, 7, 20)
    frame = pd.DataFrame(rows, columns=NAMES)
    frame.insert(7, "state", rng.choice(["idle", "busy"], 100))
    return frame


@pytest.fixture(scope="session")
def trained(tmp_path_factory, table):
    """A folder with a table, a model trained on most of it, and the rest as new rows."""
    folder = tmp_path_factory.mktemp("trained")
    table[:80].to_csv(folder / "old.csv", index=False)
    table[80:].to_csv(folder / "new.csv", index=False)
    files = ["--data", folder / "old.csv", "--label", "state", "--figure", "none"]
    done(*files, *SHORT, "--save", folder / "model.npz")
    return folder


@pytest.fixture
def drawing_folder(trained, tmp_path, monkeypatch):
    """The current folder, with copies of what was trained."""
    for name in ("old.csv", "new.csv", "model.npz"):
        (tmp_path / name).write_bytes((trained / name).read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def folder(drawing_folder, monkeypatch):
    """The same, and pictures are blank."""
    leave_blank(monkeypatch)
    return drawing_folder
