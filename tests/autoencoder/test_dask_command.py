"""``python -m autoencoder --dask``: many files, read and trained on by the workers of a cluster."""

import numpy as np
import pandas as pd
import pytest
from commands import leave_blank

import autoencoder
from autoencoder import make_donuts
from autoencoder.__main__ import main
from autoencoder.command import clusters

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A scheduler, and a worker in a thread."""
    with distributed.LocalCluster(
        n_workers=1,
        processes=False,
        protocol="tcp://",
        dashboard_address=":0",
        local_directory=tmp_path_factory.mktemp("dask"),
    ) as cluster:
        yield cluster.scheduler_address


@pytest.fixture
def table():
    donuts = pd.DataFrame(make_donuts(300), columns=["x", "y", "u", "v", "kind"])
    return donuts.assign(kind=np.where(donuts.kind == 0, "inner", "outer"), day=1.7e9 + donuts.x)


@pytest.fixture
def folder(table, tmp_path, monkeypatch):
    """The current folder, with the table in one file, and in many; pictures are blank."""
    leave_blank(monkeypatch)
    monkeypatch.chdir(tmp_path)
    table.to_csv("whole.csv", index=False)
    for i in range(3):
        table[i::3].to_csv(f"part-{i}.csv", index=False)
    return tmp_path


def run(capsys, *options):
    try:
        status = main([str(option) for option in options])
    except SystemExit as exit_:
        status = exit_.code
    return status, *capsys.readouterr()


def lines(printed):
    return dict(line.split(": ", 1) for line in printed.splitlines() if ": " in line)


def test_the_model_is_that_of_one_file_on_one_machine(capsys, folder, address):
    pattern = "part-*.csv"
    options = [
        "--label",
        "kind",
        "--epochs",
        5,
        "--batch-size",
        "all",
        "--figure",
        "x.svg",
        "--save",
    ]
    _, one, _ = run(capsys, "--data", "whole.csv", *options, "one.npz")
    status, many, errors = run(capsys, "--data", pattern, *options, "many.npz", "--dask", address)
    assert errors == ""
    assert status == 0
    assert [line for line in one.splitlines() if "cost" in line] == [
        line for line in many.splitlines() if "cost" in line
    ]
    assert lines(many)["Data"] == (
        f"{pattern}: 300 samples of 5 features in 3 files: x, y, u, v, day; class: kind (2 values)"
    )
    left, right = (autoencoder.load(f"{name}.npz") for name in ("one", "many"))
    rows = pd.read_csv("whole.csv").drop(columns="kind")
    np.testing.assert_allclose(left.transform(rows), right.transform(rows), rtol=1e-6)


def test_a_folder_stands_for_its_files(capsys, table, tmp_path, address):
    parts = tmp_path / "table.parquet"
    parts.mkdir()
    (parts / "_SUCCESS").touch()
    table.drop(columns="kind").to_parquet(parts / "0.parquet")
    status, printed, errors = run(
        capsys,
        *("--data", parts, "--epochs", 1, "--batch-size", "all"),
        *("--figure", tmp_path / "x.svg", "--dask", address),
    )
    assert errors == ""
    assert status == 0
    assert "300 samples of 5 features in 1 file" in printed


def test_rows_with_missing_values_are_left_out_where_they_are_if_asked(
    capsys, folder, table, address
):
    table.assign(y=table.y.where(table.y < 9)).to_csv("part-1.csv", index=False)
    options = ["--data", "part-*.csv", "--label", "kind", "--epochs", 1, "--batch-size", "all"]
    options += ["--dask", address]
    status, printed, errors = run(capsys, *options)
    assert (status, printed) == (2, "")
    assert "part-1.csv" in errors and "--drop-missing" in errors
    status, printed, errors = run(capsys, *options, "--figure", "x.svg", "--drop-missing")
    assert status == 0
    assert "rows left out" in errors


BAD = {
    "no file": (["--data", "nothing-*.csv"], "nothing-*.csv: there is no such file"),
    "no files, but donuts": ([], "donuts: there is no such file; give a pattern"),
    "no table": (["--data", "*"], "notes.pdf: expected a table"),
    "a damaged file": (["--data", "part-0.npz"], "part-0.npz: expected a complete .npz file"),
    "text": (["--data", "part-*.csv"], ".csv: expected columns of numbers, but 'kind'"),
    "an unknown label": (["--data", "part-*.csv", "--label", "q"], "there is no column 'q'"),
    "columns of another table": (
        ["--data", "*-*.csv", "--label", "kind"],
        "part-0.csv: its columns are not those of",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_files_that_are_no_table_are_refused_in_one_line(capsys, folder, table, address, case):
    if case == "no table":
        (folder / "notes.pdf").touch()
    if case == "a damaged file":
        (folder / "part-0.npz").write_bytes(b"damaged")
    if case == "columns of another table":
        table.drop(columns="y").to_csv("other-0.csv", index=False)
    options, message = BAD[case]
    status, printed, errors = run(capsys, *options, "--dask", address)
    assert (status, printed) == (2, "")
    assert message in errors
    assert errors.count("\n") == 1
    assert not (folder / "autoencoder.png").exists()


@pytest.mark.parametrize("option", ["--early-stopping", "--corruption=masking"])
def test_what_needs_the_data_in_memory_is_refused_in_one_line(capsys, option):
    status, printed, errors = run(capsys, "--data", "part-*.csv", option, "--dask", "local")
    assert (status, printed) == (2, "")
    assert f"argument {option.split('=')[0]}: needs the data in memory" in errors
    assert errors.count("\n") == 1


def test_an_address_where_nobody_answers_is_refused_too(capsys, folder, monkeypatch):
    monkeypatch.setattr(clusters, "PATIENCE", 0.1)
    status, printed, errors = run(capsys, "--data", "part-*.csv", "--dask", "tcp://127.0.0.1:1")
    assert (status, printed) == (2, "")
    assert "tcp://127.0.0.1:1: no scheduler answers there" in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize("wrong", ["", "nonsense", "http://x", "8786"])
def test_an_address_without_a_scheduler_is_refused_in_one_line(capsys, folder, wrong):
    status, printed, errors = run(
        capsys, "--data", "part-*.csv", "--label", "kind", "--dask", wrong
    )
    assert (status, printed) == (2, "")
    assert "argument --dask: " in errors and "no scheduler answers there" in errors
    assert errors.count("\n") == 1
