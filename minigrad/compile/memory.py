"""The variables of a program that may share memory, and how long this memory is needed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..core.graph import Apply, Constant, Variable


class Memory:
    """The memory of each variable, as known before a program of nodes in this order runs.

    Others hold the memory of inputs and outputs; some outputs are written into arrays that are lent.
    """

    def __init__(
        self,
        order: Sequence[Apply],
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        lent: Collection[Variable] = (),
    ) -> None:
        self._kept = {*inputs, *outputs}
        self._origins: dict[Variable, set[Variable]] = {}
        self._last_use: dict[Variable, Apply] = {}
        self._last_use_of_memory: dict[Variable, Apply] = {}
        for node in order:
            for index, variable in enumerate(node.outputs):
                # An output of unknown storage counts as an array of its own. It may be one of the op's
                # inputs, or be kept by the op: so neither it nor the inputs are ever written over
                # or returned without a copy.
                places = node.op.view_map.get(index, ()) if _is_known(node) else ()
                views = [self.origins(node.inputs[i]) for i in places]
                self._origins[variable] = set().union(*views)
                if not self._origins[variable] or node.op.takes_out:
                    self._origins[variable].add(variable)
            for variable in (*node.inputs, *node.outputs):
                self._last_use[variable] = node
                for origin in self.origins(variable):
                    self._last_use_of_memory[origin] = node
        known_to_others = [v for node in order if not _is_known(node) for v in node.inputs]
        self._kept_memory = set().union(*(self.origins(v) for v in (*self._kept, *known_to_others)))
        # An input of each node, not needed after it, that can hold its output.
        self.overwritten = {node: self._to_overwrite(node) for node in order}
        # The output into whose lent array a variable is written, to be overwritten by it.
        self.lent = {variable: variable for variable in lent}
        for node in reversed(order):
            self._begin_earlier(node)
        # A variable that is overwritten by a result that others will hold must be a new array, too.
        self._new = set(self._kept_memory)
        for node in reversed(order):
            overwritten = self.overwritten[node]
            if overwritten is not None and node.out in self._new:
                self._new.add(overwritten)

    def origins(self, variable: Variable) -> set[Variable]:
        """The variables whose memory the value may share; the variable itself if it shares none."""
        return self._origins.get(variable, {variable})

    def dropped_after(self, node: Apply) -> list[Variable]:
        """The intermediate arrays that nothing after the node needs."""
        return [
            variable
            for variable in dict.fromkeys((*node.inputs, *node.outputs))
            if self._last_use[variable] is node
            and variable.owner is not None
            and variable.type.ndim
            and variable not in self._kept
        ]

    def _begin_earlier(self, node: Apply) -> None:
        """Let the variable that a lent output overwrites be in the lent array, too: one array less."""
        overwritten = self.overwritten[node]
        if overwritten is None or node.out not in self.lent:
            return
        earlier = overwritten.owner
        can_be = earlier is not None and earlier.op.takes_out and earlier.nout == 1
        if can_be and overwritten.type == node.out.type:
            self.lent[overwritten] = self.lent[node.out]
        else:
            self.overwritten[node] = None

    def _to_overwrite(self, node: Apply) -> Variable | None:
        if not node.op.in_place or node.nout != 1 or not node.outputs[0].type.ndim:
            return None
        for variable in node.inputs:
            if (
                variable.owner is not None
                and _is_known(variable.owner)
                and self.origins(variable) == {variable}
                and variable not in self._kept_memory
                and self._last_use_of_memory[variable] is node
                and _has_shape_of(variable, node.outputs[0])
            ):
                return variable
        return None

    def can_be_placed(self, node: Apply) -> bool:
        """Whether the node's output can be written into an array that outlives the call."""
        variable = node.outputs[0]
        return (
            node.op.takes_out
            and node.nout == 1
            and variable.type.ndim > 0
            and None not in variable.type.shape
            and variable not in self._new
        )

    def freed_after(self, node: Apply) -> list[Variable]:
        """The variables whose memory nothing after the node needs."""
        variables = dict.fromkeys((*node.inputs, *node.outputs))
        origins = dict.fromkeys(origin for v in variables for origin in self.origins(v))
        return [
            origin
            for origin in origins
            if self._last_use_of_memory[origin] is node and origin not in self._kept_memory
        ]

    def must_copy(self, outputs: Sequence[Variable]) -> list[bool]:
        """For each output, whether its memory may be held by others, or be an earlier output's."""
        held = {variable for variable in self._kept if variable.owner is None}
        result = []
        for output in outputs:
            mine = self.origins(output)
            result.append(bool(mine & held) or any(map(_may_be_kept_elsewhere, mine)))
            held |= mine
        return result


def _may_be_kept_elsewhere(origin: Variable) -> bool:
    """Whether someone unknown to the program, such as an op, may hold the array."""
    if origin.owner is None:
        return isinstance(origin, Constant)
    return not _is_known(origin.owner)


def _is_known(node: Apply) -> bool:
    """Whether it is known where the results are: the op declares its storage, or takes ``out=``."""
    return node.op.takes_out or node.op.storage != "unknown"


def _has_shape_of(variable: Variable, output: Variable) -> bool:
    """Whether the two are arrays of one dtype, and one shape: only a size of 1 ever broadcasts."""
    mine, other = variable.type, output.type
    return (
        mine.dtype == other.dtype
        and mine.ndim == other.ndim
        and all(a != 1 or b == 1 for a, b in zip(mine.shape, other.shape, strict=True))
    )
