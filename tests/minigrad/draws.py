"""Draw dtypes and shapes; say how often."""

from hypothesis import settings

FLOATS = ["float32", "float64"]
INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint32"]
NUMBERS = INTEGERS + FLOATS
ALL = ["bool", *NUMBERS]

# Matrices that a plan holds transposed, and what broadcasts with them.
TALL_SHAPES = [(), (3,), (24, 3), (24, 1), (24, 3), (2, 3)]


# For what takes long, or is run for many functions.
few = settings(max_examples=max(3, settings().max_examples // 3))


is_thorough = settings().max_examples >= 1000


def part_of(grid, one_of):
    """One of so many cases of a grid, evenly; all of them with the profile `thorough`."""
    return list(grid)[:: 1 if is_thorough else one_of]


def at_least(count):
    """So many examples, or as many as the Hypothesis profile says, if these are more."""
    return settings(max_examples=max(count, settings().max_examples))
