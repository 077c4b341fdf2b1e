"""Graphs as mathematics: LaTeX and MathML."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from latex2mathml.converter import convert

import minigrad
import minigrad.tensor as T
from minigrad.core.elementwise import TABLE, bits
from minigrad.printing import latex, mathml
from minigrad.printing.typeset import in_mathml
from minigrad.testing.grammar import FAMILIES
from minigrad.testing.strategies import expressions

X, Y, W = T.dmatrices("X", "Y", "W")
v, w = T.dvectors("v", "w")
a, b = T.dscalars("a", "b")
y = T.lvector("y")


# ---- As in textbooks ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (a + b, "a + b"),
        (a * 2, "2 a"),
        (2 * (0.5 * a), r"2 \cdot 0.5 a"),
        (2 * (1 / a), r"2 \cdot \frac{1}{a}"),
        (a / b, r"\frac{a}{b}"),
        (a**b, "a^b"),
        (a**-1, "a^{-1}"),
        (T.sqr(a), "a^2"),
        (T.sqrt(a / 2), r"\sqrt{\frac{a}{2}}"),
        (abs(a), "|a|"),
        (T.exp(a), r"\exp(a)"),
        (T.log1p(a), r"\log(1 + a)"),
        (T.log2(a), r"\log_2(a)"),
        (T.nnet.sigmoid(a), r"\sigma(a)"),
        (T.nnet.relu(v), r"\operatorname{relu}(v)"),
        (T.gamma(a), r"\Gamma(a)"),
        (T.gammaln(a), r"\log(|\Gamma(a)|)"),
        (T.floor(a), r"\lfloor a\rfloor"),
        (a // b, r"\left\lfloor \frac{a}{b}\right\rfloor"),
        (T.maximum(a, 0), r"\max(a, 0)"),
        (T.le(a, b), r"a \leq b"),
        (T.and_(a > 0, ~(b > 0)), r"a > 0 \land \lnot (b > 0)"),
        (T.switch(a > 0, a, 0),
         r"\begin{cases} a & \text{if } a > 0 \\ 0 & \text{otherwise} \end{cases}"),
        (X.T, r"X^\top"),
        (v.norm(2), r"\lVert v\rVert"),
        (X[0, 1:], "X_{0, 1:}"),
        (v[::-1], "v_{::-1}"),
        (v[:, None], r"v_{:, \ast}"),
        (T.set_subtensor(v[1:], 0), r"v[1: \leftarrow 0]"),
        (X[T.arange(y.shape[0]), y], "X_{i, y_i}"),
        (X.shape[0], r"\operatorname{rows}(X)"),
        (v.shape[0], r"\dim(v)"),
        (T.ones((2, 3)), r"\mathbf{1}_{2 \times 3}"),
        (T.zeros_like(X), r"\mathbf{0}_X"),
        (T.arange(5), r"(0, \ldots, 4)"),
        (T.constant([1.0, 2.5]), "(1, 2.5)"),
        (1e-8 * a, "10^{-8} a"),
        (T.cast(a, "float32"), "a"),
        (T.concatenate([X, Y], axis=1), r"\operatorname{concat}_j(X, Y)"),
    ],
)  # fmt: skip
def test_an_operation_is_written_as_in_textbooks(expression, text):
    assert latex(expression) == text


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (X.dot(Y), "X Y"),
        (X * Y, r"X \odot Y"),
        (v * w, r"v \odot w"),
        (a * X, "a X"),
        (a * b, "a b"),
        (X.dot(v), "X v"),
        (v.dot(X), r"v^\top X"),
        (v.dot(w), r"v^\top w"),
        (X**2, r"X^{\odot 2}"),
        (X.dot(Y) * W, r"(X Y) \odot W"),
        (X.dot(Y * W), r"X (Y \odot W)"),
        (v.dot(w) * v, r"(v^\top w) v"),
        ((2 * X).dot(Y), "(2 X) Y"),
        (2 * X.dot(Y), "2 X Y"),
        ((v > 0) * w, r"[v > 0] \odot w"),
    ],
)
def test_each_product_has_a_notation_of_its_own(expression, text):
    assert latex(expression) == text


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (X.sum(), r"\sum_{i, j} X"),
        (X.sum(axis=1), r"\sum_j X"),
        (X.mean(axis=0), r"\frac{1}{\operatorname{rows}(X)} \sum_i X"),
        (X.max(axis=1), r"\max_j(X)"),
        (v.prod(), r"\prod_i v"),
        (T.nnet.softmax(X), r"\operatorname{softmax}_j(X)"),
        (T.eq(y, 1).sum(), r"\sum_i [y = 1]"),
        ((v + 1).sum(), r"\sum_i (v + 1)"),
        (v.sum() + 1, r"\sum_i v + 1"),
        (v.sum() * a, r"\left(\sum_i v\right) a"),
        (a * v.sum(), r"a \sum_i v"),
        (T.dtensor4("t").sum(axis=(0, 3)), r"\sum_{i, l} t"),
    ],
)
def test_what_goes_along_axes_names_them(expression, text):
    assert latex(expression) == text


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (a - (b - 1), "a - (b - 1)"),
        (a - b - 1, "a - b - 1"),
        (-(a + b), "-(a + b)"),
        (a - (-b), "a - (-b)"),
        ((a + b) ** 2, "(a + b)^2"),
        ((a / b) ** 2, r"\left(\frac{a}{b}\right)^2"),
        ((a**b) ** 2, "(a^b)^2"),
        (T.exp(a) ** 2, r"\exp(a)^2"),
        (X.T.dot(Y).T, r"(X^\top Y)^\top"),
        (X.dot(Y)[0], "(X Y)_{0, :}"),
        (a * (b % 2), r"a \cdot (b \bmod 2)"),
        ((a + 1) % 2, r"(a + 1) \bmod 2"),
        (X.sum(axis=1).sum(), r"\sum_i \sum_j X"),
        (T.dvector("v_1")[0], "(v_1)_0"),
    ],
)
def test_brackets_stand_where_the_order_is_another(expression, text):
    assert latex(expression) == text


def test_a_point_stands_between_factors_that_would_be_read_as_one():
    assert latex(a * (2 * b)) == r"a \cdot 2 b"
    assert latex(a * (b + 1)) == r"a \cdot (b + 1)"
    assert latex(2 * (b + 1)) == "2 (b + 1)"
    assert "<mo>⋅</mo><mrow><mn>2</mn>" in mathml(a * (2 * b))
    assert "<mo>⋅</mo><mrow><mo>(</mo>" in mathml(a * (b + 1))
    assert "<mn>2</mn><mo>⋅</mo><mfrac>" in mathml(2 * (1 / a))
    assert "⋅" not in mathml(2 * (b + 1))


# ---- Names -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x", "x"),
        ("W_h", "W_h"),
        ("w_12", "w_{12}"),
        ("h2", "h_2"),
        ("bh", r"\mathrm{bh}"),
        ("sigma", r"\sigma"),
        ("beta_1", r"\beta_1"),
        ("λ", r"\lambda"),
        ("Xtrain_1", r"\mathrm{Xtrain}_1"),
        ("learning_rate", r"\mathrm{learning\_rate}"),
        ("(dcost/dW)", r"\frac{\partial \mathrm{cost}}{\partial W}"),
        ("two words", r"\text{two words}"),
        (
            r"{$&#_%\^~}",
            r"\text{\{\$\&\#\_\%\textbackslash{}\textasciicircum{}\textasciitilde{}\}}",
        ),
    ],
)
def test_a_name_is_written_as_the_letters_it_means(name, text):
    assert latex(T.dscalar(name)) == text


@given(st.text(min_size=1, max_size=20))
def test_any_name_is_safe(name):
    x = T.dvector(name)
    ElementTree.fromstring(mathml(T.exp(x) / x))
    assert is_balanced(latex(T.exp(x) / x))


def test_a_name_is_no_markup():
    assert "<mtext>&lt;script&gt;</mtext>" in mathml(T.dscalar("<script>"))


# ---- Lines -------------------------------------------------------------------------------------------


def test_what_is_shared_is_written_once_and_sizes_have_names():
    hidden = T.nnet.sigmoid(X.dot(W))
    hidden.name = "h"
    cost = T.sqr(hidden - Y).mean()
    cost.name = "cost"
    assert latex([cost, minigrad.grad(cost, W)], let=True).splitlines() == [
        r"\begin{aligned}",
        r"n &= \operatorname{rows}(X) \\",
        r"m &= \operatorname{cols}(W) \\",
        r"h &= \sigma(X W) \\",
        r"a &= h - Y \\",
        r"\mathrm{cost} &= \frac{1}{n m} \sum_{i, j} a^{\odot 2} \\",
        r"\frac{\partial \mathrm{cost}}{\partial W} &= "
        r"X^\top \left(\frac{1}{n m} \cdot 2 a \odot h \odot (1 - h)\right)",
        r"\end{aligned}",
    ]


def test_the_keys_of_a_dict_are_the_left_sides():
    assert latex({"f": a + 1}) == "f = a + 1"
    assert latex({"f": a + 1, "g": a}).splitlines()[1:3] == [r"f &= a + 1 \\", "g &= a"]
    named = a + 1
    named.name = "other"
    assert latex({"f": named, "g": named, "a": a}, let=True).splitlines()[1:-1] == [
        r"g &= a + 1 \\", r"f &= g \\", "a &= a",
    ]  # fmt: skip


def test_a_name_with_an_index_stands_in_brackets_before_another():
    e = T.exp(v)
    e.name = "e_1"
    assert latex([e, e[0] ** 2], let=True).splitlines()[1:-1] == [
        r"e_1 &= \exp(v) \\", "& (e_1)_0^2",
    ]  # fmt: skip


def test_a_key_with_an_arrow_tells_what_a_variable_becomes():
    assert latex({"W ←": W - 0.1 * X}) == r"W \leftarrow W - 0.1 X"
    assert "<mi>W</mi><mo>←</mo>" in mathml({"W ←": W - 0.1 * X})
    # What comes of it elsewhere is not W, which is still the old one there.
    new = 2 * T.exp(v)
    assert latex({"v ←": new, "w ←": w + new}, let=True).splitlines()[1:-1] == [
        r"a &= 2 \exp(v) \\", r"v &\leftarrow a \\", r"w &\leftarrow w + a",
    ]  # fmt: skip


def test_a_number_has_at_most_six_digits():
    assert latex(1.1283791670955 * a) == "1.12838 a"
    assert latex(100000.0 * a) == "100000 a"
    assert latex(a * -3.5e-8) == r"-3.5 \cdot 10^{-8} a"


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (np.pi * T.sqr(a), r"\pi a^2"),
        (a * np.float32(np.pi), r"\pi a"),
        (T.exp(-T.sqr(a) / 2) / np.sqrt(2 * np.pi),
         r"\frac{\exp\left(\frac{-a^2}{2}\right)}{\sqrt{2 \pi}}"),
        (minigrad.grad(T.exp2(a), a), r"\log(2) \cdot 2^a"),
        (minigrad.grad(T.erf(a), a), r"\frac{2}{\sqrt{\pi}} \exp(-a^2)"),
        (minigrad.grad(T.erfinv(a), a), r"\frac{\sqrt{\pi}}{2} \exp(\operatorname{erfinv}(a)^2)"),
        (minigrad.grad(T.erfcinv(a), a),
         r"-\frac{\sqrt{\pi}}{2} \exp(\operatorname{erfcinv}(a)^2)"),
        (b / np.sqrt(0.5), r"\sqrt{2} b"),
    ],
)  # fmt: skip
def test_a_constant_that_is_more_than_its_digits_is_written_exactly(expression, text):
    assert latex(expression) == text


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (-2 * a * b, "-2 a b"),
        (-a * b, "-a b"),
        (a - (-2 * b), "a - (-2 b)"),
        (a * (-2 * b), r"a \cdot (-2 b)"),
        ((-2 * X) * Y, r"(-2 X) \odot Y"),
    ],
)
def test_a_minus_before_a_product_needs_no_brackets(expression, text):
    assert latex(expression) == text


def test_two_signs_that_cancel_in_a_derivative_are_not_written():
    assert latex(minigrad.grad(-T.sin(-a), a)) == r"\cos(-a)"


def test_what_mathematics_leaves_out_has_no_line():
    p = T.nnet.softmax(X)[T.arange(y.shape[0]), y]
    assert latex({"L": T.log(p).sum()}, let=True).count("=") == 1


def test_both_languages_have_the_same_lines():
    cost = T.sqr(T.tanh(X.dot(W)) - Y).mean()
    g = minigrad.grad(cost, W)
    text, page = latex({"g": g}, let=True), ElementTree.fromstring(mathml({"g": g}, let=True))
    names = [row[0][0].text for row in page.iter("mtr")]
    assert names == re.findall(r"^(\w) &=", text, re.MULTILINE)


def test_an_expression_that_repeats_what_is_shared_is_cut_off():
    x = a
    for _ in range(100):  # 2 ** 100 paths
        x = x + x
    for text in (latex(x), mathml(x)):
        assert len(text) <= 101_000
        assert r"\ldots" in text or "…" in text
    assert len(x._repr_latex_()) < 700


def test_a_deep_expression_is_written():
    x = a
    for _ in range(5000):
        x = T.sin(x)
    assert latex(x).count(r"\sin") == 5000


# ---- Parts -------------------------------------------------------------------------------------------


def test_a_part_of_a_formula_is_marked_with_the_id_of_its_variable():
    e = T.exp(a)
    page = ElementTree.fromstring(in_mathml([e / b], [], False, {e: "1", b: "2"}.get))
    marked = {part.get("data-id"): part for part in page.iter() if part.get("data-id")}
    assert set(marked) == {"1", "2"}
    assert "".join(marked["1"].itertext()) == "exp\u2061(a)"
    assert marked["2"].text == "b"


def test_a_notebook_shows_the_formula_with_what_has_names_by_them():
    e = T.exp(a)
    e.name = "e"
    assert (2 * e)._repr_latex_() == r"$\displaystyle 2 e$"


# ---- Every operation ---------------------------------------------------------------------------------


def is_balanced(text):
    text = re.sub(r"\\[{}\\]", "", text.replace(r"\left", "").replace(r"\right", ""))
    return all(text.count(left) == text.count(right) for left, right in ["{}", "()"])


def assert_is_written(expression):
    ElementTree.fromstring(mathml(expression))
    ElementTree.fromstring(mathml(expression, let=True))
    convert(latex(expression))
    convert(latex(expression, let=True))


@pytest.mark.parametrize("name", TABLE)
def test_every_function_of_the_table_is_written(name):
    op = TABLE[name]
    operands = [y, y] if op.result is bits else [v, w, v]
    assert_is_written(op(*operands[: op.n_inputs]))


class Odd(minigrad.Op):
    __props__ = ("factor",)
    itypes = otypes = [T.dmatrix]

    def __init__(self, factor):
        self.factor = factor


def test_a_users_op_is_written_by_its_name():
    assert latex(Odd(3)(X + 1)) == r"\operatorname{Odd}(X + 1)"
    assert "<mi>Odd</mi>" in mathml(Odd(3)(X))


def test_one_output_of_several_has_its_number():
    assert latex(T.split(v, [1, 2], 2)[1]) == r"\operatorname{Split}(v, 1, 2)_1"


@given(expressions(FAMILIES))
def test_every_expression_is_written_so_that_others_can_read_it(e):
    assert_is_written(e.result)


def test_only_variables_are_written():
    for wrong in (3, [3], {"a": np.ones(2)}):
        with pytest.raises(TypeError, match="written for variables"):
            latex(wrong)
    with pytest.raises(AttributeError, match="no attribute 'latexx'"):
        minigrad.printing.latexx  # noqa: B018


def test_variables_without_names_are_numbered_as_they_appear():
    first, second, weight = T.matrix(), T.matrix(), minigrad.shared(2.0)
    expected = r"\mathrm{input}_1 \, \mathrm{input}_2 + \mathrm{input}_1 \, \mathrm{shared}_3"
    assert latex(first @ second + first * weight) == expected
