"""Fourier transforms are NumPy's, in real and imaginary parts."""

import numpy as np
import pytest
from draws import FLOATS, few, part_of
from hypothesis import given
from hypothesis import strategies as st
from oracles import assert_computes

import minigrad
import minigrad.tensor as T
from minigrad.tensor.fft import irfft, rfft
from minigrad.testing import check_grad, check_op


def numbers(*shape, dtype="float64"):
    return np.random.default_rng(shape).normal(size=shape).astype(dtype)


def parts(z):
    return np.stack([z.real, z.imag], axis=-1)


@few
@given(
    st.lists(st.integers(1, 5), min_size=2, max_size=4),
    st.sampled_from([None, "ortho", "no_norm"]),
    st.sampled_from(FLOATS),
)
def test_both_are_numpys_and_undo_each_other(shape, norm, dtype):
    x, axes = numbers(*shape, dtype=dtype), range(1, len(shape))
    spectrum = np.fft.rfftn(x, axes=axes, norm="ortho" if norm == "ortho" else "backward")
    assert_computes(lambda x: rfft(x, norm), lambda x: parts(spectrum), x, rtol=1e-11, atol=1e-13)
    scale = float(np.prod(shape[1:])) if norm == "no_norm" else 1.0
    assert_computes(
        lambda y: irfft(y, norm, shape[-1] % 2 == 1),
        lambda y: scale * x,
        parts(spectrum),
        rtol=1e-10,
        atol=1e-12,
    )


@pytest.mark.parametrize(("function", "shape"), part_of([(irfft, (2, 3, 2)), (rfft, (2, 5))], 2))
def test_both_keep_all_promises_of_ops(function, shape):
    check_op(function, numbers(*shape), max_examples=1)


@pytest.mark.parametrize("shape", [(1, 3, 4), (2, 5), (2, 1)])
def test_their_derivatives_along_several_axes_are_those_of_finite_differences(shape):
    check_grad(lambda x: rfft(x, "ortho"), numbers(*shape))
    y = numbers(*shape[:-1], shape[-1] // 2 + 1, 2)
    check_grad(lambda y: irfft(y, is_odd=shape[-1] % 2 == 1), y)


def test_the_spectrum_of_one_wave_is_one_line():
    wave = np.cos(2 * np.pi * 3 * np.arange(16) / 16)[None]
    spectrum = rfft(wave, norm="ortho").eval()
    np.testing.assert_allclose(spectrum[0, :, 0], 2 * (np.arange(9) == 3), atol=1e-14)
    np.testing.assert_allclose(spectrum[0, :, 1], 0, atol=1e-14)


def test_a_convolution_is_a_product_of_spectra_and_has_its_derivative():
    x, w = T.dmatrix("x"), T.dmatrix("w")
    a, b = rfft(x), rfft(w)
    product = T.stack(
        [
            a[..., 0] * b[..., 0] - a[..., 1] * b[..., 1],
            a[..., 0] * b[..., 1] + a[..., 1] * b[..., 0],
        ],
        axis=-1,
    )
    y = irfft(product)
    values = {x: numbers(2, 8), w: numbers(2, 8)[::-1].copy()}
    rolled = [np.roll(values[x], k, axis=1) * values[w][:, k : k + 1] for k in range(8)]
    np.testing.assert_allclose(y.eval(values), sum(rolled), atol=1e-13)
    slope = minigrad.grad(y[0, 0], w)
    np.testing.assert_allclose(slope.eval(values)[0], values[x][0, -np.arange(8)], atol=1e-13)


def test_in_a_loop_all_steps_are_transformed_at_once():
    x = T.dtensor3("x")
    y, _ = minigrad.scan(lambda x: rfft(x) * 2, x)
    f = minigrad.function([x], y)
    np.testing.assert_allclose(f(numbers(3, 2, 4)), 2 * parts(np.fft.rfft(numbers(3, 2, 4))))
    assert "for " not in f.source


def test_integers_are_transformed_as_floats():
    assert rfft([[1, 2]]).type.dtype == minigrad.config.floatX


def test_too_few_axes_and_unknown_options_are_refused():
    with pytest.raises(TypeError, match="rfft: the first axis counts arrays"):
        rfft(T.dvector("x"))
    with pytest.raises(TypeError, match="irfft: the first axis counts arrays"):
        irfft(T.dmatrix("y"))
    with pytest.raises(ValueError, match="norm must be one of 'ortho', 'no_norm'; got 'backward'"):
        rfft(T.dmatrix("x"), norm="backward")
    with pytest.raises(ValueError, match="is_odd"):
        irfft(T.dtensor3("y"), is_odd="yes")
    with pytest.raises(ValueError, match="the last two sizes"):
        irfft(np.zeros((1, 3, 3))).eval()
