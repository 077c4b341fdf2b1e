"""The time and the memory of an epoch, for samples in memory, in a file, and on a cluster.

    python tests/benchmarks/large_data.py [--rows N] [--columns N] [--folder DIR] [--of WAY ...]

writes a float32 file of random numbers into DIR, trains on it with full batches in a process of its
own for each way, prints a table, and deletes the file. On Linux only, because of the memory.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import dask.array as da
import numpy as np
from dask import delayed
from distributed import Client, LocalCluster
from memory import status

from autoencoder import AutoEncoder

EPOCHS = 6
# Rows that are written at a time, and rows of a partition.
BLOCK, PARTITION = 2**16, 2**19


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--columns", type=int, default=16)
    parser.add_argument("--folder", default=None)
    parser.add_argument("--of", nargs="+", choices=WAYS, default=list(WAYS), metavar="WAY")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        path = Path(folder) / "samples.npy"
        write(path, options.rows, options.columns)
        print(f"{options.rows:,} × {options.columns} float32, {path.stat().st_size / 1e6:,.0f} MB")
        print("| samples | s an epoch | of them CPU | peak memory, MB | cost after |")
        print("|---|---|---|---|---|")
        for way in options.of:
            subprocess.run([sys.executable, __file__, way, str(path)], check=True)


def write(path: Path, n_rows: int, n_columns: int) -> None:
    """Three hidden numbers a row, from which all columns are mixed, and a little noise; 0–1."""
    rng = np.random.default_rng(0)
    mixture = rng.dirichlet(np.ones(3), n_columns).T.astype("float32")
    file = np.lib.format.open_memmap(path, "w+", "float32", (n_rows, n_columns))
    for start in range(0, n_rows, BLOCK):
        rows = file[start : start + BLOCK]
        noise = rng.random(rows.shape, "float32")
        rows[:] = 0.95 * rng.random((len(rows), 3), "float32") @ mixture + 0.05 * noise


def in_memory(path: str) -> Measured:
    """The whole file as an array."""
    return measured(np.load(path))


def in_the_file(path: str) -> Measured:
    """A memmap."""
    return measured(np.load(path, mmap_mode="r"))


def on_a_cluster(path: str) -> Measured:
    """A Dask array whose partitions each of two processes reads from the file."""
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        file = np.load(path, mmap_mode="r")
        partitions = [
            da.from_delayed(part, (min(PARTITION, len(file) - start), file.shape[1]), file.dtype)
            for start in range(0, len(file), PARTITION)
            for part in [delayed(read)(path, start)]
        ]
        here = measured(
            da.concatenate(partitions),
            lambda: time.process_time() + sum(client.run(time.process_time).values()),
        )
        workers = client.run(peak_megabytes).values()
        return here._replace(peak=f"{here.peak}; workers {', '.join(workers)}")


def read(path: str, start: int) -> np.ndarray:
    return np.array(np.load(path, mmap_mode="r")[start : start + PARTITION])


class Measured(NamedTuple):
    """The table's figures for a way."""

    seconds: float
    cpu: float
    peak: str
    cost: float


def measured(X: Any, cpu: Callable[[], float] = time.process_time) -> Measured:
    """Train on the samples; the times are means over the epochs, without the first."""
    model = AutoEncoder(3, batch_size=None, epochs=EPOCHS, dtype="float32", random_state=0)
    epochs = model.fit_epochs(X)
    next(epochs)
    start, cpu_start = time.perf_counter(), cpu()
    for _ in range(EPOCHS - 1):
        next(epochs)
    seconds = (time.perf_counter() - start) / (EPOCHS - 1)
    cpu_seconds = (cpu() - cpu_start) / (EPOCHS - 1)
    epochs.close()
    return Measured(seconds, cpu_seconds, peak_megabytes(), float(model.costs_[-1]))


def peak_megabytes() -> str:
    return f"{status('VmHWM') / 1e6:.0f}"


WAYS = {"memory": in_memory, "file": in_the_file, "cluster": on_a_cluster}


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] in WAYS:  # in a process of its own
        way, path = sys.argv[1:]
        seconds, cpu, peak, cost = WAYS[way](path)
        print(f"| {way} | {seconds:.2f} | {cpu:.2f} | {peak} | {cost:.9g} |")
    else:
        main()
