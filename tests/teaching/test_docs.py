"""The code of README.md and docs/ runs and does what they say; their links lead somewhere.

The cells of pages that are notebooks run in `tests/site`, a job of its own.
"""

import doctest
import re

import pytest
from hypothesis import Phase, settings
from layers import ROOT

from minigrad.theano import _names

pytest_plugins = "pytester"

DOCUMENTS = {
    path.relative_to(ROOT).as_posix(): path
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
}
TEXTS = {name: path.read_text(encoding="utf-8") for name, path in DOCUMENTS.items()}


def blocks(text):
    """The blocks of Python, and the names of the files that their first lines say they are."""
    for code in re.findall(r"^```python\n(.*?)^```$", text, re.M | re.S):
        name = re.match(r"# (\w+\.py)\n", code)
        yield name and name[1], code


FILES = {n: {f: code for f, code in blocks(text) if f} for n, text in TEXTS.items()}
PROGRAMS = [
    pytest.param(code, id=f"{name} {number}")
    for name, text in TEXTS.items()
    for number, (file, code) in enumerate(blocks(text))
    if not file
]


@pytest.mark.parametrize("code", PROGRAMS)
def test_a_program_runs(code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "<docs>", "exec"), {"__name__": "docs"})


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_typed_at_the_prompt_gives_what_is_shown(name):
    result = doctest.testfile(
        str(DOCUMENTS[name]), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert result.failed == 0


@pytest.fixture
def few_examples():
    """Few examples of Hypothesis's, and those that fail are not shrunk."""
    settings.register_profile("until now", settings())
    settings.register_profile("few", settings(max_examples=3, phases=[Phase.generate]))
    settings.load_profile("few")
    yield
    settings.load_profile("until now")


def test_the_tests_of_testing_md_tell_what_it_says(pytester, few_examples):
    for name, code in FILES["docs/testing.md"].items():
        (pytester.path / name).write_text(code, encoding="utf-8")
    result = pytester.runpytest()
    output = str(result.stdout)
    failed = set(re.findall(r"^FAILED (\S+)", output, re.M))
    assert failed == {
        "test_layer.py::test_the_gradient_is_right",
        "test_cube.py::test_a_layer_with_a_cube",
        "test_cube.py::test_all_that_an_op_promises",
    }
    shown = re.search(r"^    GradientError: .*\n((?:    .*\n)+)", TEXTS["docs/testing.md"], re.M)
    table = [line.split() for line in shown[1].splitlines() if re.search("agrees|differs", line)]
    assert len(table) == 5
    for row in table:
        assert row in [line.removeprefix("E").split() for line in output.splitlines()]
    assert "the first op whose derivative is wrong there: Cube" in output


def test_the_corrections_that_testing_md_tells_make_its_tests_pass(pytester, few_examples):
    for name, code in FILES["docs/testing.md"].items():
        corrected = code.replace("g.mean(axis=0)", "g.sum(axis=0)").replace("2.9 *", "3 *")
        (pytester.path / name).write_text(corrected, encoding="utf-8")
    result = pytester.runpytest()
    result.assert_outcomes(passed=len(re.findall(r"\ndef test_", TEXTS["docs/testing.md"])))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_to_a_file(name):
    prose = re.sub(r"^(```+).*?^\1|`[^`\n]+`", "", TEXTS[name], flags=re.M | re.S)
    targets = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", prose)
    near = DOCUMENTS[name].parent
    missing = [t for t in targets if not t.startswith("http") and not (near / t).exists()]
    assert not missing


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_file_that_is_named_is_there(name):
    named = re.findall(r"`([\w/]+\.(?:py|tsv))`", TEXTS[name])
    own = set(FILES[name]) | {"minigrad_pytest.py"}
    assert not [path for path in named if path not in own and not any(ROOT.rglob(path))]


@pytest.mark.parametrize("table", [_names.there, _names.out_of_scope])
def test_a_table_of_theanos_names_is_what_the_command_prints(table):
    assert table() in TEXTS["docs/from-theano.md"]


def test_no_module_is_said_to_have_the_names_of_itself():
    rows = re.findall(r"^\| `([\w.]+)` \| those of `([\w.]+)` \|$", _names.there(), re.M)
    assert rows and not [module for module, package in rows if module == package.rstrip(".")]
