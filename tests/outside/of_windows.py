"""Steps of windows that slide over images: convolutions, and pooling."""

import autograd.numpy as anp
import numpy as np
from autograd.tracer import getval
from oracle import WIDE, DoesNotFit, largest, where
from steps import plain


def _as_images(p, i):
    """Result i as images, with an axis of images and one of channels: as text, and a function."""
    ndim = p.variables[i].ndim
    channel = p.rng.choice([0, 1]) if ndim == 3 else 0
    pattern = {
        2: ["x", "x", 0, 1],
        3: ["x", 0, 1, 2] if channel else [0, "x", 1, 2],
        4: [0, 1, 2, 3],
    }[ndim]
    text = "{%d}" if ndim == 4 else f"{{%d}}.dimshuffle({', '.join(map(repr, pattern))})"

    def arranged(x):
        shape = [1 if axis == "x" else x.shape[axis] for axis in pattern]
        return anp.reshape(x, shape)

    return text, arranged


def _meeting(size, length, stride, dilation, before, after):
    """The indices of what is in each window along an axis, and whether there is such an element."""
    count = (size + before + after - (length - 1) * dilation - 1) // stride + 1
    if count < 1 or length < 1:
        raise DoesNotFit("the window is larger than the image")
    place, inside = np.arange(count)[:, None], np.arange(length)[None]
    index = stride * place + dilation * inside - before
    return np.clip(index, 0, max(0, size - 1)), (0 <= index) & (index < size)


def _windows(x, meetings, outside):
    """x[..., p, q] as [..., p, k, q, l]: in each window, what `outside` says where x has nothing."""
    (rows, has_row), (columns, has_column) = meetings
    if not getval(x).size:
        raise DoesNotFit("an empty image")
    seen = x[..., rows[:, :, None, None], columns]
    return where(has_row[:, :, None, None] & has_column, seen, outside)


def _pads(mode, sizes, dilation):
    spread = [(size - 1) * d + 1 for size, d in zip(sizes, dilation, strict=True)]
    if isinstance(mode, str):
        widths = {"valid": lambda n: 0, "half": lambda n: n // 2, "full": lambda n: n - 1}[mode]
        return [(widths(n), widths(n)) for n in spread]
    mode = [mode] * 2 if isinstance(mode, int) else mode
    return [(pad, pad) if isinstance(pad, int) else pad for pad in mode]


def _convolved(x, w, mode, strides, dilation, groups, flip):
    if getval(x).shape[1] != groups * getval(w).shape[1] or len(getval(w)) % groups:
        raise DoesNotFit("other channels")
    pads = _pads(mode, w.shape[2:], dilation)
    sizes = zip(x.shape[2:], w.shape[2:], strides, dilation, pads, strict=True)
    seen = _windows(x, [_meeting(n, k, s, d, *pad) for n, k, s, d, pad in sizes], 0)
    if flip:
        w = w[:, :, ::-1, ::-1]
    channels, filters = x.shape[1] // groups, len(getval(w)) // groups
    parts = []
    for o in range(len(getval(w))):
        first = o // filters * channels
        # [b, c, p, k, q, l], beside [c, 1, k, 1, l]
        weights = w[o][:, None, :, None, :]
        parts.append(anp.sum(seen[:, first : first + channels] * weights, axis=(1, 3, 5)))
    return anp.stack(parts, axis=1)


def convolutions(p):
    rng = p.rng
    i = p.pick(least=2)
    if i is None or 0 in np.shape(p.values[i]):
        return None
    image_text, as_images = _as_images(p, i)
    n_channels = as_images(p.values[i]).shape[1]
    mode = rng.choice(["valid", "half", "full", 1, (1, 2), ((2, 0), (0, 1))])
    strides, dilation = ((rng.choice([1, 1, 2, 3]), rng.choice([1, 1, 2])) for _ in range(2))
    groups = rng.choice([g for g in (1, 1, 2, 3) if n_channels % g == 0])
    flip = rng.random() < 0.6
    options = (mode, strides, dilation, groups, flip)
    told = (
        f"border_mode={mode!r}, subsample={strides}, filter_dilation={dilation}, "
        f"num_groups={groups}, filter_flip={flip}"
    )
    j = p.pick(least=2, most=3) if n_channels == groups == 1 else None
    if j is not None and rng.random() < 0.6:
        filter_text, as_filters = _as_images(p, j)
        text = f"T.nnet.conv2d({image_text % 0}, {filter_text % 1}, {told})"
        return plain(text, lambda x, w: _convolved(as_images(x), as_filters(w), *options), i, j)
    kernel = rng.choice([1, 2, 3]), rng.choice([1, 2, 3])
    shape = (groups * rng.choice([1, 2]), n_channels // groups, *kernel)
    w = p.arrays.integers(-4, 5, shape) / 4
    image = image_text % 0
    factor = rng.choice(["", " * T.cos({0}.sum())"])
    text = f"T.nnet.conv2d({image}, np.array({w.tolist()}){factor}, {told})"

    def computed(x):
        scale = anp.cos(anp.sum(x)) if factor else WIDE(1)
        return _convolved(as_images(x), w.astype(WIDE) * scale, *options)

    return plain(text, computed, i)


def _pooled(x, ws, strides, pads, ignores_border, mode):
    """The last two axes, window by window; windows that the border cuts have what is left."""
    meetings, wholes = [], []
    for size, k, s, pad in zip(np.shape(getval(x))[-2:], ws, strides, pads, strict=True):
        after = pad
        if not ignores_border:
            starts = range(0, size, s) if s >= k else range(0, max(1, size - k + s), s)
            after = max(0, (len(starts) - 1) * s + k - size)
        index, is_there = _meeting(size, k, s, 1, pad, after)
        if not ignores_border:
            index, is_there = index[: len(starts)], is_there[: len(starts)]
        meetings.append((index, is_there))
        wholes.append(np.full(len(index), k) if ignores_border else is_there.sum(axis=1))
    seen = _windows(x, meetings, -np.inf if mode == "max" else 0)
    first = anp.moveaxis(seen, -3, -2)
    flat = anp.reshape(first, (*first.shape[:-2], first.shape[-2] * first.shape[-1]))
    if mode == "max":
        return largest(flat, -1)
    total = anp.sum(flat, axis=-1)
    if mode == "sum":
        return total
    if mode == "average_exc_pad":
        wholes = [is_there.sum(axis=1) for _, is_there in meetings]
    return total / (wholes[0][:, None] * wholes[1])


def pools(p):
    rng = p.rng
    i = p.pick(least=2)
    if i is None or 0 in np.shape(p.values[i]):
        return None
    mode = rng.choice(["max", "max", "sum", "average_inc_pad", "average_exc_pad"])
    ws, strides = (tuple(rng.choice([1, 2, 2, 3]) for _ in range(2)) for _ in range(2))
    ignores_border = rng.random() < 0.6
    pads = tuple(rng.randrange(k) for k in ws) if ignores_border else (0, 0)
    form = rng.choice(["{}", "{}", "T.constant({})"])
    text = (
        f"T.signal.pool.pool_2d({{0}}, {form.format(ws)}, {ignores_border}, "
        f"{form.format(strides)}, {pads}, {mode!r})"
    )
    return plain(text, lambda x: _pooled(x, ws, strides, pads, ignores_border, mode), i)
