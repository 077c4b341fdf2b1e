"""States of NumPy's `RandomState`, as arrays: so a draw is a function from arrays to arrays.

A state is what ``RandomState.get_state`` tells: 624 words of the Mersenne twister, how many of them are
used up, and a normal number that is left over, if there is one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.graph import Variable
from ...core.types import TensorType, describe

_WORDS, _LENGTH = 624, 628


def is_random_state(value: Any) -> bool:
    """Whether it is a `numpy.random.RandomState`, without loading NumPy's random numbers."""
    return type(value).__name__ == "RandomState" and isinstance(value, np.random.RandomState)


def state_of(generator: np.random.RandomState) -> np.ndarray:
    """The state of a generator as an array."""
    told: Any = generator.get_state(legacy=False)
    if told["bit_generator"] != "MT19937":
        raise TypeError(
            f"got a RandomState of {told['bit_generator']}, expected one of the Mersenne twister, "
            "as numpy.random.RandomState(seed) is"
        )
    state = np.empty(_LENGTH, np.uint32)
    state[:_WORDS], state[_WORDS] = told["state"]["key"], told["state"]["pos"]
    state[_WORDS + 1], state[_WORDS + 2 :].view(np.float64)[0] = told["has_gauss"], told["gauss"]
    return state


def set_state(generator: np.random.RandomState, state: np.ndarray) -> None:
    """Bring a generator into a state."""
    used, has_normal = state[_WORDS : _WORDS + 2].tolist()
    normal = np.ascontiguousarray(state[_WORDS + 2 :]).view(np.float64)[0]
    generator.set_state(("MT19937", state[:_WORDS], used, has_normal, normal))


def in_state(state: np.ndarray) -> np.random.RandomState:
    """A new generator in a state."""
    generator = np.random.RandomState(0)
    set_state(generator, state)
    return generator


class RandomStateType(TensorType):
    """The type of the states: whole numbers, but a `RandomState` may be given for them, and is copied.

    Examples
    --------
    >>> import numpy as np
    >>> rng = random_state_type("rng")
    >>> rng.eval({rng: np.random.RandomState(3)}).shape
    (628,)
    """

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("uint32", (_LENGTH,))

    def filter(self, value: Any, strict: bool = False, allow_downcast: bool | None = None) -> Any:
        """The state as an array; a TypeError if it is neither a generator nor such an array."""
        if is_random_state(value):
            return state_of(value)
        if not isinstance(value, np.ndarray):
            raise TypeError(f"got {describe(value)}, expected a numpy.random.RandomState")
        return super().filter(value, strict, allow_downcast)  # type: ignore[call-arg]

    def accepts(self, state: Variable) -> bool:
        """Whether the variable can be a state: its type is this one, or tells less."""
        other = state.type
        return other.dtype == self.dtype and other.ndim == 1 and other.shape[0] in (None, _LENGTH)

    def values_eq(self, a: Any, b: Any) -> bool:
        """Whether two generators, or states, will draw the same."""
        return np.array_equal(self.filter(a), self.filter(b))

    def is_valid_value(self, a: Any) -> bool:
        """Whether it is a generator, or a state."""
        try:
            self.filter(a)
        except TypeError:
            return False
        return True

    def __reduce__(self) -> Any:
        return RandomStateType, ()

    def __str__(self) -> str:
        return "RandomStateType"


random_state_type = RandomStateType()
