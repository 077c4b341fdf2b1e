"""What is printed during training."""

import io

import pytest

from autoencoder.progress import Progress, describe


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Clock:
    """Shows a tenth of a second more each time somebody looks."""

    def __init__(self):
        self.time = 0.0

    def __call__(self):
        self.time += 0.1
        return self.time


def run(stream, epochs=1001):
    progress = Progress(epochs, stream, clock=Clock())
    for epoch in range(epochs):
        progress.update(epoch, 0.5)
    progress.clear()
    return stream.getvalue()


def test_an_epoch_is_described_with_ten_digits_of_its_cost():
    assert describe(0, 10000, 0.07656996692433542) == "Epoch 0 of 10000, cost = 0.07656996692"


def test_to_a_file_goes_a_line_every_500_epochs_and_nothing_else():
    assert run(io.StringIO()).splitlines() == [
        "Epoch 0 of 1001, cost = 0.5",
        "Epoch 500 of 1001, cost = 0.5",
        "Epoch 1000 of 1001, cost = 0.5",
    ]


def test_a_terminal_also_gets_a_live_line_with_speed_and_time_left():
    live = run(Terminal()).split("\r")
    assert any("epochs/s" in line and "left" in line for line in live)


def test_the_live_line_is_erased_before_anything_else_is_printed():
    text = run(Terminal())
    assert "Epoch" in text
    for before_line in text.split("Epoch")[:-1]:
        assert before_line.endswith("\r\x1b[K")


def test_the_live_line_is_gone_at_the_end():
    assert run(Terminal()).endswith("\r\x1b[K")


@pytest.mark.parametrize(
    ("epochs_left", "shown"),
    [(7, " 7 s left"), (125, " 2 min 05 s left"), (4800, " 1 h 20 min left")],
)
def test_the_time_left_is_in_units_that_can_be_read(epochs_left, shown):
    stream = Terminal()
    ticks = iter([0.0, 1.0, 1.0])
    progress = Progress(1 + epochs_left, stream, clock=lambda: next(ticks))
    progress.update(0, 0.5)
    assert stream.getvalue().endswith(f"1 epochs/s {shown}\x1b[K")
