"""`Variable.eval`: the value that a function would compute.

The function is made when a variable is first evaluated with these inputs, and is used again later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any
from weakref import WeakKeyDictionary, ref

import numpy as np

from ..core.configuration import config
from ..core.evaluate import checked
from ..core.graph import Variable
from ..protocol.test_values import without_test_values
from ..protocol.walks import clone_node, clone_replace
from .compiled import Function
from .function import as_mode
from .inputs import In
from .missing import without_missing

# The last function of each variable, with what it was made for. It does not refer to the variable.
_LAST: WeakKeyDictionary[Variable, tuple[Any, Function]] = WeakKeyDictionary()


def evaluate_once(output: Variable, values: Mapping[Variable, Any]) -> np.ndarray:
    """The output's value, given values of other variables; see `Variable.eval`."""
    given = checked("eval", values)
    if output in given:
        return np.array(given[output])
    key = (tuple(map(ref, values)), config.mode, config.fill_buffers)
    last = _LAST.get(output)
    if last is None or last[0] != key:
        last = key, _function_of(output, [*values])
        if output.owner is not None:  # else the function refers to the output
            _LAST[output] = last
    return last[1](*given.values())


@without_test_values
def _function_of(output: Variable, given: Sequence[Variable]) -> Function:
    """The output as a function for any sizes: planning is worth while only for repeated calls."""
    inputs = [variable.type(variable.name) for variable in given]
    if output.owner is not None:
        node = clone_node(output.owner, output.owner.inputs)
        output = node.outputs[output.index or 0]
    expressions = clone_replace([output], dict(zip(given, inputs, strict=True)))
    expressions = without_missing("eval", inputs, expressions, "give it one: eval({x: value})")
    mode = as_mode(None)
    return Function(
        "eval", [*map(In, inputs)], expressions, [], itemgetter(0), mode, for_known_sizes=False
    )
