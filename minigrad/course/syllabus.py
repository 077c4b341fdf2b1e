"""The steps of the course: what each is about, and which definitions learners write in it."""

from __future__ import annotations

from typing import NamedTuple


class Step(NamedTuple):
    """A step: its title, and the definitions that are cut out, as ``module.Class.method``."""

    title: str
    holes: tuple[str, ...]


# A step's tests need the holes of this step and of those before it, and no others.
STEPS = (
    Step("A graph", ("graph.Apply.__init__", "graph.Op.__call__", "graph.toposort")),
    Step(
        "Types and broadcasting",
        (
            "types.TensorType.filter",
            "elementwise.broadcast_shape",
            "axes.DimShuffle.compute",
            "axes.Sum.make_node",
        ),
    ),
    Step(
        "Values",
        ("graph.NumPyOp.perform", "graph.perform", "evaluate._value", "evaluate.evaluate"),
    ),
    Step(
        "Derivatives of one operation",
        (
            "table.sqrt",
            "table.exp",
            "table.log",
            "table.tanh",
            "table.mul",
            "table.true_div",
            "table.maximum",
            "axes.DimShuffle.grad",
            "axes.Sum.grad",
            "axes.undo_broadcasting",
            "elementwise.Elementwise.L_op",
        ),
    ),
    Step("Backpropagation", ("backprop.connected", "backprop.backpropagate", "backprop.grad")),
    Step(
        "An autoencoder",
        (
            "sharing.SharedVariable.get_value",
            "sharing.SharedVariable.set_value",
            "network.dot",
            "network.sigmoid",
            "network.reconstruct",
            "network.descend",
        ),
    ),
)

# The message of each hole, which names its step.
HOLES = {
    hole: f"step {number}: {hole.partition('.')[2]}"
    for number, step in enumerate(STEPS, start=1)
    for hole in step.holes
}


def holes_from(number: int) -> list[str]:
    """The holes of a step and of those after it."""
    return [hole for step in STEPS[number - 1 :] for hole in step.holes]
