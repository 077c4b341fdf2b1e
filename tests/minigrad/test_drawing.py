"""Graphs as drawings."""

import re
import struct
import sys
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from draws import few
from hypothesis import given
from hypothesis import strategies as st

import minigrad
import minigrad.tensor as T
from minigrad.core.graph import Constant
from minigrad.printing import draw, mermaid, pydotprint
from minigrad.printing.diagram import diagram
from minigrad.printing.layered import Edge, layout
from minigrad.protocol.walks import graph_inputs
from minigrad.testing.strategies import expressions

SVG = "{http://www.w3.org/2000/svg}"


def texts(x):
    return [box.text for box in diagram(x).boxes]


def titles(svg):
    return [title.text for title in ElementTree.fromstring(svg).iter(f"{SVG}title")]


@pytest.fixture
def step():
    """A function that makes a step of logistic regression."""
    X, y = T.dmatrix("X"), T.dvector("y")
    w = minigrad.shared(np.zeros(3), name="w")
    cost = T.nnet.binary_crossentropy(T.nnet.sigmoid(X.dot(w)), y).mean()
    return minigrad.function([X, y], cost, updates=[(w, w - 0.1 * minigrad.grad(cost, w))])


# ---- What is drawn --------------------------------------------------------------------------------


def test_operations_are_written_with_a_place_for_each_argument():
    x = T.dmatrix("x")
    assert texts(x * 2 + 1) == ["x", "2.0", "• * •", "1.0", "• + •"]


def test_a_result_with_a_name_is_written_with_it():
    x = T.dvector("x")
    y = T.exp(x)
    y.name = "y"
    assert texts(y) == ["x", "y = exp(•)"]


def test_arrows_tell_the_order_of_the_arguments():
    x, y = T.dvectors("x", "y")
    drawing = diagram(y - x)
    starts = {arrow.argument: drawing.boxes[arrow.start].text for arrow in drawing.arrows}
    assert starts == {0: "y", 1: "x"}


def test_what_is_shared_is_drawn_once():
    x = T.dvector("x")
    shared = T.exp(x)
    assert texts([shared + 1, shared * shared]).count("exp(•)") == 1


def test_numbers_stand_wherever_they_are_used_and_are_known_to_be_the_same():
    x = T.dvector("x")
    boxes = [box for box in diagram((x + 1) * (x - 1)).boxes if box.text == "1.0"]
    assert len(boxes) == 2 and boxes[0].id == boxes[1].id


def test_sizes_that_are_known_are_told():
    x = T.TensorType("float32", (None, 3))("x")
    (box,) = diagram(x).boxes
    assert box.note == "float32 (?, 3)"


def test_a_box_of_a_variable_without_a_name_says_its_kind():
    assert {"input", "shared"} <= {*texts(T.dscalar() * minigrad.shared(2.0))}


def test_given_variables_shared_ones_constants_and_operations_are_told_apart():
    x, w = T.dvector("x"), minigrad.shared(np.zeros(3), name="w")
    kinds = [box.kind for box in diagram(x * w + T.constant([1.0, 2.0, 3.0])).boxes]
    assert kinds == ["input", "shared", "operation", "constant", "operation"]


def test_the_line_that_wrote_an_operation_is_told():
    (title,) = [title for title in titles(draw(T.exp(T.dvector("x"))).svg) if "exp" in title]
    assert re.fullmatch(r"exp\(x\)\nfloat64 vector\ntest_drawing.py:\d+", title)


def test_the_derivative_is_told_apart_from_the_cost():
    x = T.dscalar("x")
    cost = T.sin(x)
    gradient = minigrad.grad(cost, x)
    assert [(box.text, box.kind) for box in diagram([cost, gradient * 2]).boxes if box.places] == [
        ("sin(•)", "operation"),
        ("cos(•)", "derivative"),
        ("• * •", "operation"),
    ]


def test_the_derivative_is_told_apart_in_a_compiled_function_too(step):
    kinds = {box.kind for box in diagram(step).boxes}
    assert {"operation", "derivative"} <= kinds


def test_a_function_shows_where_new_values_go(step):
    drawing = diagram(step)
    (update,) = [arrow for arrow in drawing.arrows if arrow.is_update]
    assert drawing.boxes[update.end].text == "w"
    assert drawing.boxes[update.end].kind == "shared"
    assert drawing.boxes[update.start].note == "float64 vector"


@pytest.mark.planner
def test_a_function_that_was_called_shows_sizes(step):
    step(np.ones((7, 3)), np.ones(7))
    assert "float64 (7, 3)" in draw(step).svg


def test_a_shared_variable_that_is_only_written_is_drawn():
    x, last = T.dscalar("x"), minigrad.shared(0.0, name="last")
    drawing = diagram(minigrad.function([x], [], updates=[(last, x * 2)]))
    (update,) = [arrow for arrow in drawing.arrows if arrow.is_update]
    assert drawing.boxes[update.end].text == "last"


@pytest.mark.planner
def test_the_graph_of_an_operation_that_holds_one_is_drawn_within_it():
    X = T.dmatrix("X")
    f = minigrad.function([X], T.exp(T.sqr(X).sum(axis=1)).sum())
    f(np.zeros((20_000, 50)))
    drawing = diagram(f)
    ((number, frames),) = [(i, box.frames) for i, box in enumerate(drawing.boxes) if box.frames]
    assert [drawing.boxes[a.start].text for a in drawing.arrows if a.end == number] == ["X"]
    assert "exp(•)" in [box.text for box in frames[0].boxes]
    assert draw(f).svg.count('mg-frame"') == len(frames)


def test_arguments_that_the_formula_does_not_tell_are_drawn_all_the_same():
    class Noise(minigrad.Op):
        __props__ = ()
        itypes, otypes = [T.dvector, T.lscalar], [T.dvector]

        def formula(self, node, inputs):
            return f"noise({inputs[0]})"

    drawing = diagram(Noise()(T.dvector("x"), T.lscalar("seed")))
    assert [drawing.boxes[arrow.start].text for arrow in drawing.arrows] == ["x", "seed"]


def test_ids_are_the_same_whenever_a_graph_is_drawn():
    x = T.dvector("x")
    y = T.exp(x).sum()
    assert diagram(y).ids == diagram(y).ids


def test_a_variable_alone_is_a_drawing():
    assert texts(T.dvector("x")) == ["x"]


@pytest.mark.parametrize("wrong", [3, "x", [T.dvector("x"), None]])
def test_what_is_no_graph_is_refused(wrong):
    with pytest.raises(TypeError, match="draw takes variables or a function; got"):
        draw(wrong)


def test_an_empty_list_is_refused():
    with pytest.raises(ValueError, match="nothing to draw"):
        draw([])


def test_a_drawing_that_nobody_could_read_is_refused_with_advice():
    y = x = T.dscalar("x")
    for _ in range(600):
        y = T.tanh(y)
    with pytest.raises(ValueError, match="601 boxes, more than the 500 .* largest=601"):
        draw(y)
    assert y._repr_html_() is None and x._repr_html_().startswith("<svg")


# ---- Random graphs --------------------------------------------------------------------------------


@few
@given(expressions())
def test_each_variable_that_is_not_a_number_is_drawn_once(expression):
    drawing = diagram(expression.result)
    once = [box.id for box in drawing.boxes if box.kind != "constant"]
    assert len(once) == len(set(once))
    given_ones = [v for v in graph_inputs([expression.result]) if not isinstance(v, Constant)]
    assert {v.name for v in given_ones} >= {b.text for b in drawing.boxes if b.kind == "input"}


@few
@given(expressions())
def test_every_drawing_is_xml_and_shows_every_box(expression):
    cost = expression.result.sum()
    gradients = minigrad.grad(cost, expression.inputs, disconnected_inputs="ignore")
    drawing = diagram([cost, *gradients])
    assert len(titles(draw([cost, *gradients]).svg)) == drawing.size


HOSTILE = [
    "<script>alert('x')</script>",
    "`x` %%{init}%%",
    "a\"b'c&d",
    "Ω·漢字\u0301",
    "a\x00b\ud800c\x1b",
    "x\ny",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_text_whatever_is_in_them(name):
    svg = draw(T.dvector(name) * 2).svg
    tags = {element.tag for element in ElementTree.fromstring(svg).iter()}
    assert tags == {SVG + tag for tag in ("svg", "style", "g", "title", "rect", "text", "path")}


@pytest.mark.parametrize("name", HOSTILE)
def test_names_do_not_end_a_label_of_mermaid(name):
    (line,) = [line for line in mermaid(T.dvector(name) * 2).split("\n") if ":::input" in line]
    assert re.fullmatch(r'  b0\(\["[^"`<>%]*(<br>[^"`<>%]*)?"\]\):::input', line)


@few
@given(expressions())
def test_mermaid_has_the_lines_of_its_grammar(expression):
    first, *lines = mermaid(expression.result).split("\n")
    assert first == "flowchart TD"
    box, arrow = r'b\d+(\(\[".*"\]\)|\[".*"\]):::\w+', r"b\d+ -->(\|\d+\|)? b\d+"
    style = r"style b\d+ stroke-width:3px|classDef \w+ (fill|stroke|color):#\S+"
    assert all(re.fullmatch(f"  ({box}|{arrow}|{style})", line) for line in lines)


# ---- The layout ------------------------------------------------------------------------------------


@st.composite
def graphs(draw):
    n = draw(st.integers(1, 15))
    side = st.integers(10, 200).map(float)
    sizes = draw(st.lists(st.tuples(side, side), min_size=n, max_size=n))
    number = st.integers(0, n - 1)
    pairs = draw(st.lists(st.tuples(number, number), max_size=25))
    back = draw(st.lists(st.tuples(number, number), max_size=3))
    return sizes, [Edge(min(pair), max(pair)) for pair in pairs if len({*pair}) == 2], back


@few
@given(graphs())
def test_boxes_do_not_overlap(graph):
    sizes = graph[0]
    centres = layout(*graph).centres
    for i, (x, y) in enumerate(centres):
        for (to_x, to_y), (width, height) in zip(centres[:i], sizes, strict=False):
            across = abs(x - to_x) - (sizes[i][0] + width) / 2
            down = abs(y - to_y) - (sizes[i][1] + height) / 2
            assert max(across, down) > 5


@few
@given(graphs())
def test_everything_is_within_the_drawing(graph):
    found = layout(*graph)
    for (x, y), (width, height) in zip(found.centres, graph[0], strict=True):
        assert -0.01 <= x - width / 2 and x + width / 2 <= found.width + 0.01
        assert -0.01 <= y - height / 2 and y + height / 2 <= found.height + 0.01
    for way in found.ways:
        assert all(-0.01 <= x <= found.width + 0.01 for x, _ in way)
        assert all(-0.01 <= y <= found.height + 0.01 for _, y in way)


@few
@given(graphs())
def test_arrows_go_down(graph):
    sizes, edges, _ = graph
    found = layout(sizes, edges)
    for way in found.ways:
        assert way[0][1] < way[-1][1]
        assert all(y <= to_y + 0.01 for (_, y), (_, to_y) in zip(way, way[1:], strict=False))


@few
@given(graphs())
def test_arrows_pass_no_box(graph):
    sizes, edges, _ = graph
    found = layout(sizes, edges)
    for edge, way in zip(edges, found.ways, strict=True):
        for number, ((x, y), (width, height)) in enumerate(zip(found.centres, sizes, strict=True)):
            is_at_end = number in (edge.start, edge.end)
            for (from_x, from_y), (to_x, to_y) in zip(way, way[1:], strict=False):
                is_beside = max(from_x, to_x) < x - width / 2 or min(from_x, to_x) > x + width / 2
                is_beyond = to_y <= y - height / 2 + 0.01 or from_y >= y + height / 2 - 0.01
                assert is_at_end or is_beside or is_beyond


def test_boxes_that_are_joined_one_by_one_stand_straight_below_each_other():
    sizes = [(40.0 + 7 * i, 30.0) for i in range(9)]
    found = layout(sizes, [Edge(i, i + 1) for i in range(8)])
    assert np.ptp([x for x, _ in found.centres]) < 0.01


# ---- Files ------------------------------------------------------------------------------------------


def test_a_png_has_two_pixels_for_each_of_the_drawing(tmp_path):
    pytest.importorskip("resvg_py")
    drawing = draw(T.dvector("x") * 2, tmp_path / "x.png")
    root = ElementTree.fromstring(drawing.svg)
    header = (tmp_path / "x.png").read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    size = struct.unpack(">II", header[16:])
    assert size == (2 * int(root.get("width")), 2 * int(root.get("height")))


def test_without_what_makes_png_the_extra_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(ImportError, match=r"pip install 'minigrad\[draw\]'"):
        draw(T.dvector("x"), tmp_path / "x.png")


@pytest.mark.parametrize("suffix", ["svg", "html"])
def test_what_is_written_needs_nothing_from_elsewhere(tmp_path, suffix):
    file = tmp_path / f"x.{suffix}"
    draw(T.dvector("x") * 2, file)
    text = file.read_text(encoding="utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert "<svg" in text and "http" not in text


def test_a_file_of_another_kind_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"draw writes \.svg, \.html, \.png"):
        draw(T.dvector("x"), tmp_path / "x.pdf")
    assert not list(tmp_path.iterdir())


def test_pydotprint_writes_the_format_that_is_asked_for(tmp_path, capsys):
    pydotprint(T.dvector("x") * 2, outfile=tmp_path / "x", format="svg")
    assert (tmp_path / "x.svg").exists()
    assert "x.svg" in capsys.readouterr().out
