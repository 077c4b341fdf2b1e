"""Test what the extensions of the site make of single pieces of pages."""

import io
import re
import warnings
from colorsys import rgb_to_hls
from importlib import import_module
from types import SimpleNamespace

import drawings
import figures
import literals
import messages
import numpy as np
import plots
import pytest
import reference
import slides
import sources
import spaces
from docutils import nodes
from matplotlib import rc_context
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from sphinx import addnodes

import minigrad.printing
from minigrad.printing import draw
from minigrad.printing.svg import ARROWS
from minigrad.tensor import (
    abs_,
    arcsin,
    arctanh,
    ceil,
    erfinv,
    gamma,
    gammainc,
    gammaln,
    jv,
    log,
    log10,
    psi,
    tan,
    tri_gamma,
    vector,
)
from minigrad.tensor.nnet import hard_sigmoid, relu


def texts(blocks):
    return [block.astext() for block in blocks]


def test_a_derivative_is_not_drawn_where_the_function_has_no_value():
    value, derivative = figures.curves(log)
    drawn = figures.POINTS[figures.shown(derivative, value) > -1]
    assert len(drawn) and (drawn > 0).all()


@pytest.mark.parametrize("function", [abs_, ceil, relu, hard_sigmoid])
def test_a_jump_of_a_curve_is_no_line(function):
    for curve in figures.curves(function):
        drawn = figures.shown(curve, curve)
        assert not np.nanmax(np.abs(np.diff(drawn))) > 0.1


@pytest.mark.parametrize(
    "function", [gamma, gammaln, psi, tri_gamma, log10, log, arctanh, erfinv, tan]
)
def test_a_curve_with_poles_leaves_the_picture_through_its_frame(function):
    for curve in figures.curves(function):
        drawn = figures.shown(curve, curve)
        ends = np.isnan(np.append(drawn[1:], np.nan)) | np.isnan(np.insert(drawn[:-1], 0, np.nan))
        inside = ends & (np.abs(drawn) < figures.HEIGHT)
        assert set(figures.POINTS[inside]) <= {-figures.WIDTH, figures.WIDTH}


@pytest.mark.parametrize("function", [psi, tri_gamma])
def test_a_curve_that_lies_above_the_usual_picture_on_one_side_is_in_a_higher_one(function):
    lines = figures.curves(function)
    for curve in lines:
        below_zero = figures.shown(curve, lines[0])[figures.POINTS < 0]
        assert np.nanmin(np.abs(below_zero)) < figures.height(lines)


@pytest.mark.parametrize("function", [log, tan, gamma, abs_])
def test_a_curve_that_is_seen_in_the_usual_picture_is_in_that(function):
    assert figures.height(figures.curves(function)) == figures.HEIGHT


@pytest.mark.parametrize("function", [arcsin, tan, log])
def test_a_steep_curve_is_drawn_as_far_as_there_is_a_picture(function):
    for curve in figures.curves(function):
        inside = np.abs(curve) <= 3
        inside[1:] &= inside[:-1]  # before a jump
        inside[:-1] &= inside[1:]
        assert not np.isnan(figures.shown(curve, curve)[inside]).any()


def test_code_that_goes_on_in_the_next_line_keeps_its_minus():
    lines = ["A dict `{'input': x,", "'taps': [-1, 0]}`, or -1.", "", ">>> f(-1)", "-1"]
    reference.escape_text(None, "function", "f", None, None, lines)
    assert lines == ["A dict `{'input': x,", "'taps': [-1, 0]}`, or −1.", "", ">>> f(-1)", "-1"]


def test_a_difference_has_the_same_minus_as_a_number():
    assert reference.escaped("x - 1, not -x - y") == "x − 1, not −x − y"


@pytest.fixture
def mathematics():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of how ziamath finds its font
        return import_module("mathematics")


def test_a_bold_digit_is_drawn_otherwise_than_another(mathematics):
    bold, usual = (mathematics.drawn(tex, inline=True) for tex in (r"\mathbf{1}", "1"))
    assert re.findall(r' d="[^"]*"', bold) != re.findall(r' d="[^"]*"', usual)


def test_the_formula_of_a_variable_that_a_cell_shows_is_drawn_without_fonts(mathematics):
    formula = '<math display="block"><mi>x</mi><mo>+</mo><mn>1</mn></math>'
    shown = nodes.raw("", f"<svg>graph</svg>{formula}", format="html")
    mathematics.draw_displays(None, nodes.section("", shown), "page")
    html = shown.astext()
    assert html.startswith('<svg>graph</svg><div class="math"><svg ') and "<math" not in html
    assert 'aria-label="x + 1"' in html


def test_a_second_name_says_of_what_it_is_another_name():
    things = {name: getattr(minigrad.printing, name) for name in ("pprint", "pp", "draw")}
    assert reference.second_names(things) == {"pprint": "pp"}


@pytest.mark.parametrize("function", [tan, gammainc, jv])
def test_the_source_of_a_function_of_elements_is_its_line_of_the_table(function):
    file, line = sources.place_of(function)
    assert file.read_text(encoding="utf-8").splitlines()[line - 1].startswith(f"{function.name} ")


def test_a_name_in_a_table_may_be_broken_where_a_word_of_it_ends():
    name, beside = nodes.literal("", "a.solve_lowerCase(x)"), nodes.literal("", "set_value")
    cells = nodes.entry("", name), nodes.entry("", nodes.paragraph("", "see ", beside))
    literals.break_names(None, nodes.table("", nodes.row("", *cells)))
    assert [text for text in texts(name) if text != "<wbr>"] == [
        "a.", "solve_", "lower", "Case(", "x)",
    ]  # fmt: skip
    assert texts(beside) == ["set_value"]  # which is short enough for any column


def test_a_name_alone_in_a_cell_is_kept_whole_and_a_call_is_not():
    name, call = nodes.literal("", "n_differentiable"), nodes.literal("", "f(node, inputs)")
    cells = nodes.entry("", name), nodes.entry("", call)
    literals.break_names(None, nodes.table("", nodes.row("", *cells)))
    assert (name["classes"], call["classes"]) == (["whole"], [])


def test_a_name_alone_in_a_cell_that_fits_into_no_line_of_a_phone_is_not_kept_whole():
    names = [
        nodes.literal("", "early_stopping=True"),
        nodes.literal("", "tests/outside/test_of_it.py"),
    ]
    literals.break_names(None, nodes.entry("", nodes.entry("", *names)))
    assert [name["classes"] for name in names] == [["whole"], []]


def test_a_files_name_is_not_broken_before_its_end():
    code = nodes.literal("", "tensor/formulas.py")
    literals.let_break(code)
    assert texts(code) == ["tensor/", "<wbr>", "formulas.py"]


@pytest.mark.parametrize(
    "text", ["70 %", "0.23 µs", "8 MB", "30 ms", "64 × 32", "(5, 3)", "(n, 1, 2)"]
)
def test_a_number_and_its_unit_and_a_shape_are_kept_in_one_line(text):
    page = nodes.paragraph("", "", nodes.Text(f"in {text} of it"))
    spaces.keep_together(None, page)
    assert page.astext() == f"in {text.replace(' ', chr(160))} of it"


@pytest.mark.parametrize("text", ["50 seconds", "1 is 0", "(and, or)", "9 states", "2 × x"])
def test_other_spaces_let_a_line_end(text):
    page = nodes.paragraph("", "", nodes.Text(text))
    spaces.keep_together(None, page)
    assert page.astext() == text


def test_spaces_of_code_stay_as_they_are():
    code = nodes.literal("", "f(2, 3) # 3 ms")
    spaces.keep_together(None, nodes.paragraph("", "", code))
    assert code.astext() == "f(2, 3) # 3 ms"


def test_neither_a_number_nor_an_option_in_code_is_broken():
    code = nodes.literal("", "run --max-calls 20_000")
    literals.let_break(code)
    assert texts(code) == ["run ", "--max-calls", " 20_000"]
    assert code[1]["classes"] == ["option"]


def test_the_name_that_an_entry_begins_with_may_be_broken_where_a_word_of_it_ends():
    before, name = addnodes.desc_addname("", "a.b."), addnodes.desc_name("", "max_1hot")
    literals.break_names(None, addnodes.desc_signature("", "", before, name))
    assert texts(before) == ["a.", "<wbr>", "b."]
    assert texts(name) == ["max_", "<wbr>", "1hot"]


def test_a_name_in_the_index_may_be_broken_where_a_word_of_it_ends():
    entry = ("f_g (a.B)", (["link"], [("c.dE", ["link"])], None))
    context = {"genindexentries": [("F", [entry])]}
    literals.break_in_index(None, "genindex", None, context, None)
    ((_, [(name, (_, [(below, _)], _))]),) = context["genindexentries"]
    assert (str(name), str(below)) == ("f_<wbr>g (<wbr>a.<wbr>B)", "c.<wbr>d<wbr>E")


def test_long_code_is_divided_between_its_statements_alone():
    code = 'def f():\n    a = 1\n\n    return a\n\n\ntext = """\na\n\nb\n"""\n\nf()'
    definition, text, call = slides.paragraphs(code)
    assert definition.endswith("return a") and call == "f()"
    assert text.startswith("text") and text.endswith('"""')


def test_only_code_longer_than_a_screen_is_divided():
    for n in (slides.LONG // 2, slides.LONG):
        code = "\n\n".join(["x = 1"] * n)
        cell = nodes.container("", nodes.literal_block(code, code), classes=["cell_input"])
        slides.divide_code(nodes.container("", cell))
        assert (len(cell) > 1) == (2 * n - 1 > slides.LONG)


def test_a_table_in_a_message_is_a_block_whose_lines_are_not_broken():
    rows = "where  gradient\nx      0.25"
    message = nodes.literal_block("", f"it is wrong\n{rows}\nmade here")
    output = nodes.container("", message, classes=["cell_output"])
    cell = nodes.container("", output, classes=["cell", "tag_words"])
    messages.part_tables(None, nodes.section("", cell), "page")
    assert texts(output) == ["it is wrong", rows, "made here"]
    assert ["columns" in block["classes"] for block in output] == [False, True, False]


def test_code_in_a_text_is_marked_as_shorter_or_longer_than_a_line_of_a_phone():
    short, long = nodes.literal("", "--seed 7"), nodes.literal("", "a" * (literals.LONGEST + 1))
    literals.mark_long(None, nodes.paragraph("", "", short, long))
    assert (short["classes"], long["classes"]) == (["short"], ["long"])


def test_long_code_may_be_broken_where_a_word_of_it_ends():
    name = nodes.literal("", "T.shared_randomstreams.RandomStreams", classes=["long"])
    literals.break_names(None, nodes.paragraph("", "", name))
    parts = [part.astext() for part in name]
    assert parts == [
        "T.",
        "<wbr>",
        "shared_",
        "<wbr>",
        "randomstreams.",
        "<wbr>",
        "Random",
        "<wbr>",
        "Streams",
    ]


def test_long_code_with_spaces_is_broken_at_these_alone():
    call = nodes.literal("", "a_variable, a_variable, another_variable", classes=["long"])
    literals.break_names(None, nodes.paragraph("", "", call))
    assert [part.astext() for part in call] == ["a_variable, a_variable, another_variable"]


def test_long_code_in_a_table_is_broken_at_the_ends_of_its_words_once():
    long = nodes.literal("", f"{'a' * literals.LONGEST}_b")
    table = nodes.table("", nodes.row("", nodes.entry("", long)))
    literals.mark_long(None, table)
    literals.break_names(None, table)
    assert texts(long) == ["a" * literals.LONGEST + "_", "<wbr>", "b"]


def test_a_legend_hides_what_is_drawn_below_it():
    with rc_context(plots.SETTINGS):
        html = plotted()
    assert "fill: color-mix(in srgb, var(--ink) 0%, var(--paper))" in html
    assert "opacity" not in html


def test_a_tall_drawing_on_a_slide_may_be_higher_than_the_window(tmp_path):
    file = tmp_path / "graph.svg"
    draw(vector("x") + 1, file)
    page = nodes.section("", nodes.image(uri="graph.svg"))
    drawings.put_in(SimpleNamespace(srcdir=tmp_path), page, "page")
    (height,) = re.findall(r"--height: (\d+)", page.astext())
    assert f'height="{height}"' in page.astext()
    assert "var(--height)" in (slides.HERE / "slides.html").read_text("utf-8")


def test_arrows_have_a_colour_for_each_paper():
    light, dark = (f"stroke: {colour}" for colour in ARROWS)
    rules = [line for line in drawings.rules().splitlines() if ".mg-step {" in line]
    assert ["light" in rules[0], light in rules[0]] == [True, True]
    assert ["dark" in rules[1], dark in rules[1]] == [True, True]


def plotted(**settings):
    """A figure of one curve as it stands in the page."""
    picture, file = Figure(), io.StringIO()
    picture.subplots().plot([1, 2], label="a < b", **settings)
    picture.legend()
    with rc_context({"svg.fonttype": "path"}):  # as in the kernels of cells
        picture.savefig(file, format="svg")
    return plots.figure(file.getvalue(), "plot0", "")


def test_black_and_white_in_a_figure_are_text_and_paper():
    html = plotted(color="black")
    assert not re.search("#0{6}|#f{6}", html)
    assert "stroke: color-mix(in srgb, var(--ink) 100%, var(--paper))" in html


def test_a_grey_is_mixed_of_text_and_paper_and_a_light_colour_stays():
    assert "var(--ink) 60%, var(--paper)" in plotted(color="#666666")
    assert "stroke: #e69f00" in plotted(color="#e69f00")


def test_a_dark_colour_is_lighter_on_a_dark_page_and_has_the_same_hue():
    found = re.search(r"stroke: color-mix\(in srgb, #882255, (#\w+) calc", plotted(color="#882255"))
    dark, light = to_rgb("#882255"), to_rgb(found[1])
    assert plots.luminance(light) > 2 * plots.luminance(dark)
    assert rgb_to_hls(*light)[0] == pytest.approx(rgb_to_hls(*dark)[0], abs=0.01)


def test_a_figure_shares_no_id_and_no_rule_with_the_page_and_tells_its_words():
    html = plotted()
    ids, used = re.findall(' id="(.*?)"', html), re.findall(r'(?:href="|url\()#([^")]+)', html)
    assert used and set(used) == set(ids) and all(id.startswith("plot0-") for id in ids)
    assert "<style" not in html and 'aria-label="Plot, a &lt; b"' in html
