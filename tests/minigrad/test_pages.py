"""Pages: a function as graph, mathematics and program; how an expression is rewritten."""

import re

import numpy as np
import pytest
from draws import few
from hypothesis import given

import minigrad
import minigrad.tensor as T
from minigrad.printing import page, steps
from minigrad.printing.replay import replay
from minigrad.protocol.walks import ancestors
from minigrad.rewrite import improve
from minigrad.testing.strategies import expressions

X, Y = T.dmatrices("X", "Y")
x = T.dvector("x")


@pytest.fixture
def train():
    W = minigrad.shared(np.zeros((4, 2)), name="W")
    hidden = T.nnet.sigmoid(X.dot(W))
    cost = T.sqr(hidden - Y).mean()
    cost.name = "cost"
    g = minigrad.grad(cost, W)
    return minigrad.function([X, Y], cost, updates=[(W, W - 0.1 * g)], name="train")


def sections(text):
    return dict(re.findall(r'<section class="(\w+)">(.*?)</section>', text, re.DOTALL))


def ids(text):
    return set(re.findall(r'data-id="(\w+)"', text))


def id_beside(text, after):
    return re.search(rf'data-id="(\w+)"[^>]*>(?:<(?!/)[^>]*>)*{after}', text)[1]


# ---- A function --------------------------------------------------------------------------------------


def test_a_page_has_graph_mathematics_and_program(train):
    parts = sections(page(train))
    assert list(parts) == ["graph", "mathematics", "program"]
    assert parts["graph"].count("<svg") == parts["mathematics"].count("<math") == 1
    program = re.sub("<.*?>", "\n", parts["program"])
    assert "def train(X, Y, W):" in program


def test_the_same_part_has_the_same_id_in_all_three(train):
    graph, mathematics, program = sections(page(train)).values()
    hidden = id_beside(graph, "sigmoid")
    assert hidden == id_beside(mathematics, "<mi>σ") == id_beside(program, " +sigmoid_1 = ")
    assert ids(mathematics) <= ids(graph)
    assert ids(program) <= ids(graph)


def test_every_statement_that_computes_what_is_drawn_is_marked(train):
    graph, _, program = sections(page(train)).values()
    statements = re.findall(r"<code([^>]*)>(.*?)</code>", program)
    computing = [
        (about, text) for about, text in statements if text.startswith("    ") and "#" in text
    ]
    assert [text for about, text in computing if not about] == []
    assert len(ids(program)) > 8


def test_what_a_call_makes_of_a_variable_has_an_arrow(train):
    mathematics = sections(page(train))["mathematics"]
    assert re.search(r"<mi[^>]*>W</mi></mtd><mtd[^>]*><mo>←</mo>", mathematics)


@pytest.mark.planner
def test_the_graph_of_an_operation_has_equations_of_its_own(train):
    train(np.zeros((100_000, 4)), np.zeros((100_000, 2)))
    graph, mathematics, program = sections(page(train)).values()
    assert "mg-frame" in graph
    assert mathematics.count("<math") == 2
    inside = id_beside(graph, "sigmoid")
    assert inside in ids(mathematics) & ids(program)


def test_an_expression_has_no_program():
    assert list(sections(page([T.exp(x), x * 2]))) == ["graph", "mathematics"]


def test_a_page_needs_nothing_else(train, tmp_path):
    file = tmp_path / "f.html"
    text = page(train, file)
    assert file.read_text(encoding="utf-8") == text
    assert not re.search(r"""(src|href)=|url\(|@import|https?://(?!www\.w3\.org)""", text)


def test_names_are_no_markup():
    evil = T.dvector("</script><b>")
    f = minigrad.function([evil], T.exp(evil), name="<i>")
    for text in (page(f), steps(f)):
        assert text.count("</script>") == 1
        assert "<b>" not in text
        assert "<i>" not in text


def test_a_notebook_shows_the_page_of_a_function(train):
    assert train._repr_html_().startswith("<iframe srcdoc=")
    y = x
    for _ in range(200):
        y = T.sin(y)
    assert minigrad.function([x], y)._repr_html_() is None


# ---- Rewriting ---------------------------------------------------------------------------------------


def structure(outputs):
    """Return what is equal for equal graphs."""
    found = {}
    for v in ancestors(outputs):
        node = v.owner
        if node is not None:
            found[v] = (node.op, v.index, *[found[i] for i in node.inputs])
        else:
            found[v] = (v.type, v.data.tobytes()) if hasattr(v, "data") else v
    return [found[v] for v in outputs]


@few
@given(expressions(most_operations=4))
def test_the_last_state_is_what_the_rewriter_makes(e):
    cost = e.result.sum()
    outputs = [cost, *minigrad.grad(cost, e.inputs, disconnected_inputs="ignore")]
    assert structure(replay(outputs, 1000).states[-1]) == structure(improve(outputs))


def test_loops_of_the_same_steps_are_seen_to_become_one():
    start = {"initial": x[:2], "taps": [-2, -1]}
    cost = minigrad.scan(lambda e, h, g: T.tanh(e - h * g), x, start)[0].sum()
    outputs = [cost, minigrad.grad(cost, x)]
    found = replay(outputs, 1000)
    assert "loops of the same steps are one" in [change.fact for change in found.changes]
    assert structure(found.states[-1]) == structure(improve(outputs))


def test_each_state_is_the_last_with_a_fact_used_on_it():
    found = replay([T.log(T.exp(x)) * 1], 10)
    assert [minigrad.pp(state[0]) for state in found.states] == [
        "log(exp(x)) * 1.0",
        "x * 1.0",
        "x",
    ]
    assert [change.fact for change in found.changes] == ["log(exp(x)) is x", "x * 1 is x"]


def test_a_change_tells_what_is_gone_and_what_is_new():
    (change,) = replay([T.log(1 + T.exp(x))], 10).changes[:1]
    assert [str(v) for v in change.old if v.owner] == ["1.0 + exp(x)", "log(1.0 + exp(x))"]
    assert "softplus(log(exp(x)))" in map(str, change.new)


def test_what_is_left_out_leads_to_the_end():
    found = replay([T.log(T.exp(x)) * 1 + 0 * 2], 1)
    assert [change.fact for change in found.changes][0] == "log(exp(x)) is x"
    assert found.changes[-1].fact.endswith(" more")
    assert minigrad.pp(found.states[-1][0]) == minigrad.pp(
        improve([T.log(T.exp(x)) * 1 + 0 * 2])[0]
    )


def test_the_steps_of_a_page_have_a_drawing_before_and_after_each():
    text = steps(T.log(1 + T.exp(x)).sum())
    assert text.count("<figure>") == text.count("<li>") + 1
    first, second = re.findall("<figure>.*?</figure>", text, re.DOTALL)[:2]
    assert "data-old" in first
    assert "data-new" in second


def test_steps_that_no_drawing_shows_are_left_out():
    text = steps(minigrad.grad(T.sqr(X.dot(Y)).sum(), X))
    drawings = re.findall("<svg.*?</svg>", text, re.DOTALL)
    bare = [re.sub(' data-(old|new)=""', "", drawing) for drawing in drawings]
    assert all(a != b for a, b in zip(bare, bare[1:], strict=False))


def test_what_is_not_rewritten_is_only_drawn():
    text = steps(x)
    assert "Nothing is rewritten." in text
    assert text.count("<figure>") == 1


def test_steps_of_a_function_are_those_of_its_outputs_and_new_values(train):
    assert "(dcost/dW)" in steps(train)


@pytest.mark.parametrize("show", [page, steps])
def test_what_is_no_graph_is_refused(show):
    with pytest.raises(TypeError, match="takes variables or a function"):
        show(3)
    with pytest.raises(ValueError, match="more than the 2"):
        show(T.exp(T.sin(T.cos(x))), largest=2)
