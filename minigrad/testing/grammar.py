"""The operations of random expressions, as text that a user would write."""

from __future__ import annotations

from typing import NamedTuple


class Family(NamedTuple):
    """Operations of one kind: Python expressions of ``{x}``, or of ``{x}`` and ``{y}``."""

    templates: list[str]
    kinds: str = "f"  # of dtype that the operands may have: float, i for integer, b for bool
    least_dims: int = 0  # that x may have
    most_dims: int = 99


# Where a function is not defined everywhere, or grows fast, its operand is bounded first. So every
# number stays in a range where finite differences tell the truth.
_BOUNDED = {
    "{x}": "tanh sin cos arctan arcsinh erf",
    "T.tanh({x})": "exp sinh cosh erfc",
    "T.sin({x})": "expm1 tan",
    "2 + T.sin({x})": "log2 log10 gammaln inv",
    "0.9 * T.sin({x})": "arcsin arccos arctanh",
}
# States of generators, the same in each draw: NumPy's, and three streams of MRG31k3p.
_STATE = 'T.constant([7] * 624 + [624, 0, 0, 0], dtype="uint32")'
_STREAMS = 'T.constant([[1, 2, 3, 4, 5, 6]] * 3, dtype="int32")'
# An image of rows and columns, filters of 2 × 2, and a function that is long to name.
_IMAGE = '{x}.dimshuffle("x", "x", 0, 1)'
_FILTER = "T.stack([{x}.sum(), 0.5, -1.0, T.tanh({x}).sum()]).reshape((1, 1, 2, 2))"
_POOL = "T.signal.pool.pool_2d"
FAMILIES = {
    "elementwise": Family(
        [
            *(f"T.{name}({x})" for x, names in _BOUNDED.items() for name in names.split()),
            "-{x}",
            "T.exp2(T.cos({x}))",
            "T.log(1 + T.sqr({x}))",
            "T.log1p(T.exp(-{x}))",
            "T.log(1 + T.exp({x}))",
            "T.sqrt(1 + {x} * {x})",
            "T.arccosh(2 + T.sqr({x}))",
            "T.tanh({x}) ** 2",
            "T.tanh({x}) ** 3",
            "(2 + T.sin({x})) ** -1",
            "(2 + T.sin({x})) ** 0.5",
            "{x} * 1 + 0",
            "2 * (0.25 * {x})",
            "T.exp(T.tanh({x})) / (1 + T.exp(T.tanh({x})))",
        ]
    ),
    "pairs": Family(
        [
            "{x} + {y}",
            "{x} - {y}",
            "T.tanh({x}) * {y}",
            "{x} / (1 + T.sqr({y}))",
            "({x} * T.exp(T.sin({y}))) / T.exp(T.sin({y}))",
            "{x} - (-{y})",
            "T.arctan2({x}, 2 + T.sqr({y}))",
            "(2 + T.tanh({x})) ** T.tanh({y})",
            "T.switch(T.gt(T.zeros_like({x}), 1), {x}, {y})",
        ]
    ),
    "special": Family(
        [
            "T.erfcx(T.sin({x}))",
            "T.erfinv(0.9 * T.sin({x}))",
            "T.gamma(2 + T.sin({x}))",
            "T.psi(2 + T.sin({x})) + T.polygamma(2, 3 + T.cos({x}))",
            "T.j0({x}) - T.j1({x})",
            "T.jv(2, {x}) + T.jv(-1, T.sin({x}))",
            "T.jv(1.5, 30 + T.sin({x}))",
            "T.i0(T.sin({x})) * T.i1(T.tanh({x}))",
            "T.iv(0.5, 2 + T.sin({x}))",
            "T.gammainc(1.5, 2 + T.sin({x}))",
            "T.chi2sf(3 + T.cos({x}), 3)",
        ]
    ),
    "fourier": Family(
        [
            "T.fft.rfft({x})[..., 0]",
            'T.fft.rfft(T.tanh({x}), norm="ortho")[..., 1]',
            "T.fft.irfft(T.stack([{x}, T.sin({x})], axis=-1), is_odd=True)",
            'T.fft.irfft(T.fft.rfft({x}), norm="no_norm", is_odd=True)',
        ],
        least_dims=2,
    ),
    "nnet": Family(
        [
            "T.nnet.sigmoid({x})",
            "1 / (1 + T.exp(-{x}))",
            "T.log(T.nnet.sigmoid(3 * T.tanh({x})))",
            "T.log(1 - T.nnet.sigmoid(3 * T.tanh({x})))",
            "T.nnet.softplus({x})",
        ]
    ),
    "softmax": Family(
        [
            "T.nnet.softmax({x}, axis=-1)",
            "T.log(T.nnet.softmax({x}, axis=0))",
            "T.nnet.logsoftmax({x}, axis=-1)",
            "T.nnet.softmax({x}, axis=-1) * T.log(T.nnet.softmax({x}, axis=-1))",
            "T.log(T.sum(T.exp(T.tanh({x})), axis=0))",
            "T.log(T.exp({x}).sum(axis=-1, keepdims=True))",
            "T.exp({x}) / T.exp({x}).sum(axis=-1, keepdims=True)",
            "T.log(T.nnet.softmax({x}, axis=0))[T.arange({x}.shape[0])]",
        ],
        least_dims=1,
    ),
    "reduction": Family(
        [
            "{x}.sum(axis=0)",
            "{x}.mean(axis=-1)",
            "{x}.mean()",
            "{x}.var(axis=0)",
            "{x} - {x}.mean(axis=-1, keepdims=True)",
            "T.cumsum({x}, axis=0) / {x}.shape[0]",
            "T.tanh({x}).prod(axis=0)",
            "T.sqrt(1 + T.sqr({x}).sum())",
        ],
        least_dims=1,
    ),
    "indexing": Family(
        [
            "{x}[::-1]",
            "{x}[0]",
            "{x}[..., -1]",
            "{x}[[0, -1, 0]]",
            "T.set_subtensor({x}[0], T.tanh({x}[-1]))",
            "T.inc_subtensor({x}[-1:], T.sin({x}[:1]))",
            "T.take({x}, [0, 0], axis=0)",
        ],
        least_dims=1,
    ),
    "shape": Family(
        [
            "{x}.flatten()",
            "{x}.T",
            "{x}.reshape((-1,))",
            "T.repeat({x}, 2, axis=0)",
            "T.tile({x}, 2)",
            "T.roll({x}, 1, axis=0)",
            "T.shape_padleft({x})",
        ],
        least_dims=1,
    ),
    "joining": Family(
        [
            "T.concatenate([{x}, T.tanh({x})])",
            "T.stack([{x}, {x} + 1]).sum(axis=0)",
            "T.outer({x}.flatten(), T.tanh({x}.flatten())).sum(axis=0)",
        ],
        least_dims=1,
    ),
    "matrix": Family(
        [
            "T.tanh({x}.dot({x}.T))",
            "T.dot({x}.T, T.tanh({x}))",
            "T.dot(T.tanh({x}), {x}[0])",
            '{x}.dimshuffle(1, "x", 0).sum(axis=1)',
            "T.tril({x})",
            "T.diagonal(T.dot({x}, {x}.T))",
        ],
        least_dims=2,
        most_dims=2,
    ),
    # Operands of linear functions: numbers are factored out of them, and sums become products.
    "linear": Family(
        [
            "3 * {x}.sum(axis=0)",
            "(0.5 * {x}).sum()",
            "({x} * T.tanh({x})).sum()",
            "T.sqr({x}).mean()",
            "0.5 * T.dot({x}.T, -2 * {x})",
            "T.dot({x}, 0.25 * T.dot({x}.T, T.tanh({x})))",
            "0.1 * T.dot({x}.T, T.sin({x})).T - 0.1 * T.dot(T.cos({x}).T, {x})",
            "T.nnet.sigmoid(T.dot({x}, T.dot({x}.T, {x})) / {x}.shape[0] + {x}[0])",
        ],
        least_dims=2,
        most_dims=2,
    ),
    "loops": Family(
        [
            "minigrad.scan(lambda e, h: T.tanh(e + h), {x}, T.zeros_like({x}[0]))[0]",
            "minigrad.scan(lambda e, h: T.sin(e * h + 1), {x}, {x}[0], go_backwards=True)[0][-1]",
            "minigrad.scan(lambda h: T.tanh(h) * {x}[0], outputs_info={x}[-1], n_steps=3)[0]",
            'minigrad.scan(lambda e, h, g: T.tanh(e - h * g), {x}, {{"initial": '
            'T.stack([{x}[0], {x}[-1]]), "taps": [-2, -1]}})[0]',
            "minigrad.map(lambda e, x: T.tanh(e).sum() * x[0], {x}, {x})[0]",
            "minigrad.reduce(lambda e, s: s + T.sqr(e), {x}, T.zeros_like({x}[0]))[0]",
            "minigrad.scan(lambda e: minigrad.reduce(lambda a, s: T.sin(s + a), T.stack([e, e]),"
            " T.zeros_like(e))[0], {x})[0]",
            "minigrad.ifelse.ifelse(T.lt({x}.shape[0], 3), T.tanh({x}), T.sin({x}))",
        ],
        least_dims=1,
    ),
    "random": Family(
        [
            f"{{x}} * T.raw_random.binomial({_STATE}, {{x}}.shape, p=0.5)[1]",
            f"{{x}} + T.tanh(T.raw_random.normal({_STATE}, {{x}}.shape, 1)[1])",
            f"T.sin({{x}}) * T.raw_random.uniform({_STATE}, {{x}}.shape, [1.0], 2)[1]",
            f"T.permute_row_elements({{x}}, "
            f"T.raw_random.permutation({_STATE}, n={{x}}.shape[-1])[1])",
            f"T.tanh({{x}}) * T.raw_random.multinomial({_STATE}, {{x}}.shape, 3, [0.2, 0.8])[1]"
            ".sum(-1)",
            "{x} * minigrad.sandbox.rng_mrg.mrg_uniform('float64')"
            f"({_STREAMS}, {{x}}.shape[-1])[1]",
        ],
        least_dims=1,
    ),
    "convolution": Family(
        [
            f"T.nnet.conv2d({_IMAGE}, {_FILTER}, border_mode=1)[0, 0]",
            f'T.nnet.conv2d({_IMAGE}, {_FILTER}, border_mode="full", filter_dilation=(1, 2))[0, 0]',
            f"T.nnet.conv2d({_IMAGE}, {_FILTER}, border_mode=((2, 0), (0, 1)), subsample=(2, 1))[0]"
            ".sum(axis=0)",
            f"T.nnet.conv2d(T.tanh({_IMAGE}), {_FILTER}, border_mode=1, filter_flip=False)[0, 0]",
            'T.nnet.conv2d({x}.dimshuffle(0, "x", "x", 1), T.constant([[[[2.0, -0.5]]]]),'
            ' border_mode="half")[:, 0, 0]',
            'T.nnet.conv2d(T.stack([{x}, T.sin({x})]).dimshuffle("x", 0, 1, 2), T.stack([{x}.sum(),'
            " 0.5, T.cos({x}).sum(), 2.0]).reshape((2, 1, 2, 1)), border_mode=1, num_groups=2)[0, 1]",
            f"T.nnet.conv2d_transpose({_IMAGE}, {_FILTER}, (1, 1, {{x}}.shape[0] + 1,"
            " {x}.shape[1] + 1))[0, 0]",
            'T.nnet.conv3d({x}.dimshuffle("x", "x", 0, "x", 1), T.constant([[[[[0.5]], [[-2.0]]]]]),'
            " border_mode=(1, 0, 1))[0, 0, :, 0]",
            "T.signal.conv.conv2d(T.tanh({x}), T.stack([{x}.sum(), 1.0]).reshape((1, 2)),"
            ' border_mode="full")',
        ],
        least_dims=2,
        most_dims=2,
    ),
    "pooling": Family(
        [
            f"{_POOL}({{x}}, (2, 2), ignore_border=False, mode='sum')",
            f"{_POOL}({{x}}, (2, 1), ignore_border=True, stride=(1, 1), pad=(1, 0), mode='sum')",
            f"{_POOL}(T.tanh({{x}}), (2, 3), ignore_border=False, mode='average_exc_pad')",
            f"{_POOL}({{x}}, (3, 2), ignore_border=True, pad=(1, 1), mode='average_inc_pad')",
            f"{_POOL}({{x}}, (2, 2), ignore_border=False, stride=(3, 1), mode='average_inc_pad')",
            "T.signal.pool.pool_3d(T.stack([{x}, T.sin({x})]), (2, 1, 2), ignore_border=False,"
            " mode='sum')[0]",
        ],
        least_dims=2,
    ),
    "kinked": Family(
        [
            "T.nnet.relu({x})",
            "abs({x})",
            "T.maximum({x}, 0.5)",
            "T.clip({x}, -1, 1)",
            "T.switch({x} > 0.25, {x}, 0.5 * {x})",
            "T.floor({x})",
            "T.round({x})",
            "{x} % 1.5",
        ]
    ),
    "extremes": Family(
        [
            "{x}.max(axis=0)",
            "{x}.min()",
            "T.ptp({x}, axis=-1)",
            "{x} - {x}.max(axis=-1, keepdims=True)",
        ],
        least_dims=1,
    ),
    "largest": Family(
        [
            f"{_POOL}({{x}}, (2, 2), ignore_border=False)",
            f"{_POOL}({{x}}, (2, 3), ignore_border=True, stride=(1, 2), pad=(1, 2))",
            "T.signal.pool.max_pool_2d_same_size({x}, (1, 2))",
        ],
        least_dims=2,
        kinds="fi",
    ),
    "comparison": Family(
        ["{x} > 0", "T.eq({x}, {x})", "T.isnan({x})", "T.le({x}, 1)", "T.isclose({x}, 0)"],
        kinds="fib",
    ),
    "integer": Family(
        ["{x} + 1", "{x} * 2", "{x} % 3", "{x} // 2", "{x} & 3", "{x} ^ 5", "-{x}", "T.sqr({x})"],
        kinds="i",
    ),
    "cast": Family(
        [
            'T.cast({x}, "float64")',
            'T.cast({x}, "float32")',
            'T.cast({x}, "int64")',
            'T.cast({x}, "int8")',
            "0.5 * {x}",
            "T.sin({x} * 1.0)",
        ],
        kinds="fib",
    ),
    "counting": Family(
        ["{x}.sum(axis=0)", "{x}.argmax(axis=0)", "{x}.any()", "{x}.all(axis=-1)", "T.cumsum({x})"],
        kinds="ib",
        least_dims=1,
    ),
    "making": Family(
        [
            "T.zeros_like({x})",
            "T.ones_like({x})",
            "T.alloc({x}.sum(), 2, 3)",
            "T.arange(3) * {x}.sum()",
        ]
    ),
}

# The families whose derivatives finite differences can tell, without kinks and of floats, come first.
SMOOTH = tuple(FAMILIES)[: list(FAMILIES).index("kinked")]
