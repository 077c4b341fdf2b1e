"""Test what is printed during training."""

import functools
import io
import re
import sys

import numpy as np
import pytest

from autoencoder import AutoEncoder
from autoencoder import progress as progress_module
from autoencoder.output import Output
from autoencoder.progress import Progress, describe


class Terminal(io.StringIO):
    """Remembers what stood on its current line whenever something was written."""

    encoding = "utf-8"

    def __init__(self):
        super().__init__()
        self.seen = set()

    def isatty(self):
        return True

    def write(self, text):
        length = super().write(text)
        self.seen.add(self.lines()[-1])
        return length

    def lines(self):
        """Return the lines that a user sees: a carriage return leads back to the start of the line."""
        shown = []
        for line in self.getvalue().split("\n"):
            cells = []
            for part in line.split("\r"):
                cells[: len(part)] = part
            shown.append("".join(cells).rstrip())
        return shown


class Full(Terminal):
    """A disk without room for more than a few lines."""

    def write(self, text):
        if self.tell() > 100:
            raise OSError(28, "No space left on device")
        return super().write(text)


@pytest.fixture
def every_update_is_drawn(monkeypatch):
    eager = functools.partial(progress_module.tqdm, mininterval=0, miniters=1)
    monkeypatch.setattr(progress_module, "tqdm", eager)


def run(stream, epochs=11, every=5, **options):
    progress = Progress(epochs, stream, every, **options)
    for epoch in range(epochs):
        progress.update(epoch, 0.5)
    progress.close()
    return stream


LASTING = [f"Epoch {epoch} of 11, cost = 0.5" for epoch in (0, 5, 10)]


def test_an_epoch_is_described_with_ten_digits_of_its_cost():
    assert describe(0, 10000, 0.07656996692433542) == "Epoch 0 of 10000, cost = 0.07656996692"


def test_to_a_file_goes_a_line_every_500_epochs_and_nothing_else():
    progress = Progress(1001, stream := io.StringIO())
    for epoch in range(1001):
        progress.update(epoch, 0.5)
    progress.close()
    assert stream.getvalue().splitlines() == [
        "Epoch 0 of 1001, cost = 0.5",
        "Epoch 500 of 1001, cost = 0.5",
        "Epoch 1000 of 1001, cost = 0.5",
    ]


@pytest.mark.usefixtures("every_update_is_drawn")
def test_a_terminal_also_gets_a_bar_with_cost_speed_and_time_left():
    bar = r" 55%\|.*\| 6/11 \[\d\d:\d\d<\d\d:\d\d, .* epochs/s, cost = 0.5\]"
    assert any(re.fullmatch(bar, line) for line in run(Terminal()).seen)


@pytest.mark.usefixtures("every_update_is_drawn")
def test_nothing_is_printed_on_the_line_of_the_bar_and_none_is_left_at_the_end():
    assert run(Terminal()).lines() == [*LASTING, ""]


def test_without_a_bar_a_terminal_gets_what_a_file_gets():
    assert run(Terminal(), bar=False).getvalue() == run(io.StringIO()).getvalue()


def test_the_last_epoch_is_printed_once():
    progress = Progress(11, io.StringIO(), every=5)
    for epoch in range(10):
        progress.update(epoch, 0.5)
    for _ in range(2):
        progress.print_last()
    assert progress.stream.getvalue().splitlines() == [
        *LASTING[:-1],
        "Epoch 9 of 11, cost = 0.5",
    ]


@pytest.mark.usefixtures("every_update_is_drawn")
def test_a_stream_that_fails_is_told_once_and_ends_nothing(capsys):
    run(Output(Full(), "stdout"))
    assert capsys.readouterr().err == (
        "autoencoder: stdout: No space left on device; nothing more is printed\n"
    )


def test_a_stream_that_takes_nothing_shows_nothing(capsys):
    run(Output(None, "stdout"))
    assert capsys.readouterr() == ("", "")


X = np.random.RandomState(0).rand(20, 3)


def test_verbose_prints_every_so_many_epochs_and_the_last(capsys):
    AutoEncoder(epochs=6, verbose=2).fit(X)
    epochs = [line.split(",")[0] for line in capsys.readouterr().out.splitlines()]
    assert epochs == [f"Epoch {epoch} of 6" for epoch in (0, 2, 4, 5)]


def test_verbose_prints_the_last_cost_of_a_training_that_diverges(capsys):
    with pytest.warns(match="Training stopped"):
        AutoEncoder(epochs=600, verbose=500, learning_rate=1000, random_state=0).fit(X)
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith("Epoch 0 of 600, cost = 0.")
    assert not last.startswith("Epoch 500 ")


@pytest.mark.parametrize("broken", ["full", "closed"])
def test_fit_goes_on_where_nothing_can_be_printed(monkeypatch, capsys, broken):
    stream = Full()
    if broken == "closed":
        stream.close()
    monkeypatch.setattr(sys, "stdout", stream)
    model = AutoEncoder(epochs=20, verbose=1).fit(X)
    assert len(model.costs_) == 20
    assert capsys.readouterr().err.startswith("autoencoder: stdout: ")
