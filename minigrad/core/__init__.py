"""The core, whole by itself: graphs, derivatives, values. It needs NumPy and nothing else.

Read it in this order: `graph` (what an expression is), `types` (what a tensor can be), `axes` (what
broadcasting is made of), `elementwise` and `table` (functions of elements, each beside its
derivative), `operators`, `backprop` (the derivative of an expression is an expression), `sharing`
(values that last), `evaluate` (the value of an expression). The rest is craft: `configuration`,
`credit`, `outputs`. The essence takes an hour: `Apply`, `Op` and `toposort`, `undo_broadcasting`,
`Elementwise`, the table, `backpropagate`, `evaluate`.

    from minigrad.core.backprop import grad
    from minigrad.core.evaluate import evaluate
    from minigrad.core.types import TensorType

    x = TensorType("float64", (None,))("x")   # types: a vector of unknown length
    cost = (x * x + 3 * x).sum()              # operators: an expression
    (slope,) = grad(cost, [x])                # backprop: another expression
    evaluate([cost, slope], {x: [1.0, 2.0]})  # evaluate: [14.0, [5.0, 7.0]]

Other layers add to the classes, by `operators.extend`: what compilers ask (`protocol`), pickles
(`compile`), methods (`tensor`). And they put better functions in the place of six: `graph.written`,
`made` and `check_sizes`, `types.new_array`, `axes.stacked`, `evaluate.explained`.
"""

from . import operators

__all__ = ["operators"]
