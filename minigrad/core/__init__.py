"""The core, complete by itself: graphs, derivatives, values. It needs only NumPy.

Read it in this order: `graph` (what an expression is), `types` (dtypes and shapes), `axes` (the
operations of broadcasting), `elementwise` and `table` (elementwise functions, each beside its
derivative), `operators`, `backprop` (the derivative of an expression is an expression), `sharing`
(values that last), `evaluate` (the value of an expression). Three modules only help the others:
`configuration`, `credit`, `outputs`. The most important parts take two hours: `Apply`, `Op` and
`toposort`, `undo_broadcasting`, `Elementwise`, the table, `backpropagate`, `evaluate`.

    from minigrad.core.backprop import grad
    from minigrad.core.evaluate import evaluate
    from minigrad.core.types import TensorType

    x = TensorType("float64", (None,))("x")   # types: a vector of unknown length
    cost = (x * x + 3 * x).sum()              # operators: an expression
    (slope,) = grad(cost, [x])                # backprop: another expression
    evaluate([cost, slope], {x: [1.0, 2.0]})  # [array(14.), array([5., 7.])]

Names are those of Theano, an older library of the same model; `wrt` is "with respect to". Other
layers, which ``import minigrad`` brings, add methods to the classes by `operators.extend`, and
replace some by better ones: `TensorType.filter`, `Op.make_node`, `Variable.sum` and others; and six
functions: `graph.written`, `made` and `check_sizes`, `types.new_array`, `axes.stacked`,
`evaluate.explained`. With them formulas are simplified, values checked, and errors name your line.
"""

from . import operators

__all__ = ["operators"]
