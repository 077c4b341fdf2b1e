"""The course: its tests pass with the core's own lines, and tell of what is missing or wrong."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from layers import ROOT

from minigrad import testing
from minigrad.course.__main__ import main
from minigrad.course.cutting import definition, with_holes
from minigrad.course.folder import lay_out_course, source
from minigrad.course.syllabus import HOLES, STEPS
from minigrad.testing import check_grad  # noqa: F401, else it is loaded anew in each run

pytest_plugins = "pytester"


def step_of(hole):
    return next(n for n, step in enumerate(STEPS, start=1) if hole in step.holes)


def run(pytester, *arguments, holes=()):
    """Lay out the course with these holes and run pytest there; what it printed, and how it went."""
    lay_out_course(pytester.path / "course", holes)
    pytester.chdir()
    return run_again(pytester, *arguments)


def run_again(pytester, *arguments):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(pytester.path / "course")
        patch.syspath_prepend(pytester.path / "course")
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # the course needs none
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", *arguments)


# ---- The learner's package -----------------------------------------------------------------------


@pytest.mark.parametrize("hole", HOLES)
def test_a_hole_fails_the_tests_of_its_step_which_name_it(pytester, monkeypatch, hole):
    # A hole is met while derivatives are written; that the right ones pass is the next test.
    monkeypatch.setattr(testing, "check_grad", lambda *arrays, **options: None)
    number = step_of(hole)
    result = run(pytester, f"step_{number}", holes=[hole])
    result.assert_outcomes(failed=1, passed=result.parseoutcomes().get("passed", 0))
    result.stdout.fnmatch_lines([f"*NotImplementedError: step {number}: {hole.partition('.')[2]}"])


@pytest.mark.parametrize("number", range(1, len(STEPS) + 1))
def test_a_step_passes_with_the_cores_own_lines_while_all_later_ones_are_open(pytester, number):
    later = [hole for hole in HOLES if step_of(hole) > number]
    assert run(pytester, f"step_{number}", holes=later).ret == 0


def test_the_readme_shows_what_a_first_run_prints(pytester):
    result = run(pytester, "step_1", holes=HOLES)
    readme = (pytester.path / "course/README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^    (owngrad/.*)\n    (E .*)", readme, re.M)
    assert set(shown) <= set(result.outlines)


def test_the_first_failure_ends_a_run():
    assert "-x" in (ROOT / "minigrad/course/handout/pytest.ini").read_text().split()


def test_a_definition_that_is_cut_out_keeps_its_docstring_and_the_rest_of_the_file_stays():
    before = source("backprop")
    after = with_holes(before, {"connected": "here"})
    first = definition(ast.parse(before), "connected")
    assert ast.get_docstring(definition(ast.parse(after), "connected")) == ast.get_docstring(first)
    lines = before.splitlines()
    begin = first.body[1].lineno - 1
    expected = [*lines[:begin], '    raise NotImplementedError("here")', *lines[first.end_lineno :]]
    assert after.splitlines() == expected


def test_a_hole_that_is_nowhere_is_told():
    with pytest.raises(LookupError, match=r"Op\.fly"):
        with_holes(source("graph"), {"Op.fly": "here"})


def test_every_hole_is_asked_for_in_the_text_of_its_step():
    for hole in HOLES:
        text = (ROOT / f"minigrad/course/handout/step_{step_of(hole)}/README.md").read_text("utf-8")
        assert f"`{'.'.join(hole.split('.')[1:])}`" in text, hole


# ---- Mistakes that learners make -----------------------------------------------------------------

# The step that finds it, the module, the right lines, wrong ones, and what the message says.
MISTAKES = {
    "a node twice in the order": (
        1,
        "graph",
        "            if node in done:\n                continue\n",
        "",
        "a node stands twice|each node is to be visited once",
    ),
    "the order reversed": (
        1,
        "graph",
        "    return order\n",
        "    return order[::-1]\n",
        r"assert \[.*\] == \[|comes before the node that makes its input",
    ),
    "a later change of the inputs": (
        1,
        "graph",
        "self.inputs = list(inputs)",
        "self.inputs = inputs",
        "inputs is a list|a later change of the caller's list has changed the node",
    ),
    "None taken for a size that broadcasts": (
        2,
        "elementwise",
        "None if sizes else 1",
        "1",
        r"assert \[1\] == \[None\]",
    ),
    "the caller's own array": (
        3,
        "evaluate",
        "_value(output, found).copy()",
        "_value(output, found)",
        "a caller who changes their result has changed the variable",
    ),
    "a walk past what is given": (
        3,
        "evaluate",
        "toposort(outputs, stop_at=found)",
        "toposort(outputs)",
        "no value for the input|the walk is to stop at what is given",
    ),
    "no sum where a row was repeated": (
        4,
        "axes",
        "    total = sum_axes(g, [*range(extra), *repeated])\n",
        "    return g\n    total = g\n",
        r"x of shape \(3,\) was repeated to \(2, 3\); so sum g to \(3,\)",
    ),
    "only missing axes summed": (
        4,
        "axes",
        "    total = sum_axes(g, [*range(extra), *repeated])\n",
        "    return sum_axes(g, range(extra))\n    total = g\n",
        r"x of shape \(1, 3\) was repeated to \(2, 3\); so sum g to \(1, 3\)",
    ),
    "a derivative of the wrong sign": (
        4,
        "table",
        "lambda x, y, gy: gy * (1 - sqr(y))",
        "lambda x, y, gy: gy * (1 + sqr(y))",
        "the gradient is wrong",
    ),
    "the pair the wrong way round": (
        4,
        "table",
        "(gz * y, gz * x)",
        "(gz * x, gz * y)",
        "the gradient is wrong",
    ),
    "a tie counted twice": (
        4,
        "table",
        "(gz * ge(x, y), gz * lt(x, y))",
        "(gz * ge(x, y), gz * le(x, y))",
        "count it once",
    ),
    "a gradient overwritten": (
        5,
        "backprop",
        "            if x in grads:\n",
        "            if False:\n",
        r"d\(x² \+ 3x\)/dx at 2 is 2 \+ 2 \+ 3 = 7.*is to be added to the others",
    ),
    "nodes in the order of computing": (
        5,
        "backprop",
        "reversed(toposort(given, stop_at=stops))",
        "toposort(given, stop_at=stops)",
        "nothing arrives at x: walk from the cost towards it",
    ),
    "all derivatives written": (
        5,
        "backprop",
        "    return depends & leads\n",
        "    return leads | {x for node, _ in patterns for x in node.inputs}\n",
        "b and y do not depend on x",
    ),
    "no copy of what is set": (
        6,
        "sharing",
        "value if borrow else np.array(value)",
        "value",
        "a later change of the array changed the variable",
    ),
    "parameters one after the other": (
        6,
        "network",
        "        value, *slopes = evaluate([cost, *derivatives], values)\n"
        "        for parameter, slope in zip(parameters, slopes, strict=True):\n",
        "        (value,) = evaluate([cost], values)\n"
        "        for parameter, derivative in zip(parameters, derivatives, strict=True):\n"
        "            (slope,) = evaluate([derivative], values)\n",
        "compute all derivatives before you set any parameter",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_message_for_a_usual_mistake_helps(pytester, mistake):
    number, module, right, wrong, message = MISTAKES[mistake]
    lay_out_course(pytester.path / "course", [])
    path = pytester.path / "course" / "owngrad" / f"{module}.py"
    text = path.read_text("utf-8")
    assert text.count(right) == 1
    path.write_text(text.replace(right, wrong), "utf-8")
    result = run_again(pytester, f"step_{number}")
    result.assert_outcomes(failed=1, passed=result.parseoutcomes().get("passed", 0))
    errors = "\n".join(line for line in result.outlines if line.startswith("E "))
    assert re.search(message, errors), errors


# ---- The command line ----------------------------------------------------------------------------


def test_start_lays_out_a_text_and_tests_for_each_step_and_says_what_is_next(tmp_path, capsys):
    folder = tmp_path / "my course"
    assert main(["start", str(folder)]) == 0
    assert str(Path("step_1", "README.md")) in capsys.readouterr().out
    for number in range(1, len(STEPS) + 1):
        assert (folder / f"step_{number}" / "README.md").exists()
        assert (folder / f"step_{number}" / f"test_step_{number}.py").exists()
    text = "".join(p.read_text("utf-8") for p in (folder / "owngrad").glob("*.py"))
    assert all(f'"{message}")' in text for message in HOLES.values())


def test_start_refuses_a_folder_in_which_there_is_something(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["start", str(tmp_path)]) == 1
    assert "not an empty folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_start_takes_an_empty_folder(tmp_path):
    assert main(["start", str(tmp_path)]) == 0


def test_those_who_begin_later_get_the_steps_before(tmp_path):
    assert main(["start", str(tmp_path / "course"), "--step", "5"]) == 0
    text = "".join(p.read_text("utf-8") for p in (tmp_path / "course/owngrad").glob("*.py"))
    assert set(re.findall(r'"(step \d): ', text)) == {"step 5", "step 6"}


def test_the_solution_of_a_step_is_shown_as_the_core_has_it(capsys):
    assert main(["solution", "4"]) == 0
    shown = capsys.readouterr().out
    assert "lambda x, y, gy: gy * (1 - sqr(y))" in shown
    assert "# axes.py\ndef undo_broadcasting(g: Variable, x: Variable) -> Variable:" in shown


def test_the_solution_is_shown_on_a_console_that_lacks_signs():
    process = subprocess.run(
        [sys.executable, "-m", "minigrad.course", "solution", "5"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert process.returncode == 0, process.stderr


# ---- The pages -----------------------------------------------------------------------------------


def test_the_reading_guide_quotes_definitions_that_are_there():
    page = (ROOT / "docs/reading.md").read_text("utf-8")
    quotes = re.findall(r"{literalinclude} (\S+)\n:pyobject: (\S+)", page)
    lines = re.findall(
        r'{literalinclude} (\S+)\n:language.*\n:start-at: "(.*)"\n:end-at: "(.*)"', page
    )
    assert len(quotes) + len(lines) == page.count("{literalinclude}")
    for path, name in quotes:
        definition(ast.parse((ROOT / "docs" / path).read_text("utf-8")), name)
    for path, *marks in lines:
        text = (ROOT / "docs" / path).read_text("utf-8")
        assert all(text.count(mark) == 1 for mark in marks)


def test_the_page_of_the_course_tells_its_steps_and_how_much_is_to_be_written():
    page = (ROOT / "docs/course.md").read_text("utf-8")
    assert re.findall(r"^\| (\d) ([^|]+) \|", page, re.M) == [
        (str(number), step.title) for number, step in enumerate(STEPS, start=1)
    ]
    assert f"{len(HOLES)} definitions and derivatives" in page
