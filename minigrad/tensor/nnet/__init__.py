"""``T.nnet``: activations, convolutions, and the costs that training minimises."""

from importlib import import_module
from typing import TYPE_CHECKING

from ...ops.functions import sigmoid, softplus
from ..absent import AbsentName
from .activations import (
    elu,
    hard_sigmoid,
    logsoftmax,
    relu,
    selu,
    softmax,
    softsign,
    ultra_fast_sigmoid,
)
from .classes import (
    crossentropy_categorical_1hot,
    crossentropy_softmax_1hot_with_bias,
    crossentropy_softmax_argmax_1hot_with_bias,
    crossentropy_softmax_max_and_argmax_1hot,
    crossentropy_softmax_max_and_argmax_1hot_with_bias,
    h_softmax,
    softmax_graph,
    softmax_with_bias,
)
from .costs import (
    binary_crossentropy,
    categorical_crossentropy,
    confusion_matrix,
    crossentropy_softmax_1hot,
    sigmoid_binary_crossentropy,
)
from .normalization import (
    batch_normalization,
    batch_normalization_test,
    batch_normalization_train,
)

# fmt: off
__all__ = [  # noqa: RUF022  # activations, convolutions, costs
    "elu", "hard_sigmoid", "logsoftmax", "relu", "selu", "sigmoid", "softmax", "softplus", "softsign",
    "ultra_fast_sigmoid", "h_softmax", "softmax_graph", "softmax_with_bias",
    "batch_normalization", "batch_normalization_test", "batch_normalization_train",
    "bilinear_upsampling", "conv2d", "conv2d_transpose", "conv3d", "separable_conv2d",
    "binary_crossentropy", "categorical_crossentropy", "crossentropy_softmax_1hot",
    "crossentropy_categorical_1hot", "crossentropy_softmax_1hot_with_bias",
    "crossentropy_softmax_argmax_1hot_with_bias", "crossentropy_softmax_max_and_argmax_1hot",
    "crossentropy_softmax_max_and_argmax_1hot_with_bias", "sigmoid_binary_crossentropy",
    "confusion_matrix",
]
# fmt: on

# Imported when they are first asked for: so `import minigrad` takes no longer for them.
if TYPE_CHECKING:
    from . import abstract_conv, conv, neighbours  # noqa: F401
    from .abstract_conv import (
        bilinear_upsampling,
        conv2d,
        conv2d_transpose,
        conv3d,
        separable_conv2d,
    )
else:  # type checkers shall find misspelled names

    def __getattr__(name):
        if name in ("abstract_conv", "conv", "neighbours"):
            return import_module(f"{__name__}.{name}")
        if name in __all__:
            return getattr(import_module(f"{__name__}.abstract_conv"), name)
        raise AbsentName(__name__, name)
