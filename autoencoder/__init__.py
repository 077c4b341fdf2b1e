"""A tied-weight autoencoder on minigrad: the network, its training, its pictures.

`TiedNetwork`, `momentum_updates` and `train` are the model in minigrad's terms; `AutoEncoder` is
the same model as a scikit-learn transformer; ``python -m autoencoder`` trains one and draws it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .extra import load as _load

if TYPE_CHECKING:
    from .data import load_donuts, make_donuts
    from .estimator import AutoEncoder
    from .files.saving import load, save
    from .network import TiedNetwork
    from .optimizers import adam_updates, momentum_updates, nesterov_updates
    from .pictures.drawing import plot
    from .pictures.plotting import plot_images, plot_points
    from .preparation import Preparation, prepare
    from .training import Diverged, train

__all__ = [
    "AutoEncoder",
    "Diverged",
    "Preparation",
    "TiedNetwork",
    "adam_updates",
    "load",
    "load_donuts",
    "make_donuts",
    "momentum_updates",
    "nesterov_updates",
    "plot",
    "plot_images",
    "plot_points",
    "prepare",
    "save",
    "train",
]

# A module is loaded when one of its names is first asked for, so that the network comes without
# scikit-learn, and the estimator without matplotlib.
_MODULES = {
    "data": ("load_donuts", "make_donuts"),
    "pictures.drawing": ("plot",),
    "estimator": ("AutoEncoder",),
    "network": ("TiedNetwork",),
    "optimizers": ("adam_updates", "momentum_updates", "nesterov_updates"),
    "pictures.plotting": ("plot_images", "plot_points"),
    "preparation": ("Preparation", "prepare"),
    "files.saving": ("load", "save"),
    "training": ("Diverged", "train"),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(_load(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
