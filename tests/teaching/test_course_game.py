"""The game of wrong derivatives: `check_grad` finds just those that are wrong."""

import ast

import numpy as np
import pytest

from minigrad.core.evaluate import evaluate
from minigrad.core.types import TensorType
from minigrad.course import game
from minigrad.course.__main__ import main
from minigrad.course.cutting import definition, derivative
from minigrad.course.folder import source
from minigrad.testing import GradientError, check_grad

pytest_plugins = "pytester"
POINT = np.array([0.3, 0.8]), np.array([1.5, 0.6])


@pytest.fixture
def played(tmp_path):
    """The functions of a game."""
    assert main(["game", str(tmp_path / "game"), "--seed", "3"]) == 0
    functions = {}
    exec((tmp_path / "game" / "functions.py").read_text("utf-8"), functions)
    return functions


def test_check_grad_finds_the_wrong_derivatives_and_no_others(played):
    found = set()
    for name in game.NAMES:
        try:
            check_grad(played[name], *POINT[: played[name].n_inputs])
        except GradientError:
            found.add(name)
    assert found == game.wrong_ones(played["SEED"])


@pytest.mark.parametrize("name", game.NAMES)
def test_every_change_of_a_derivative_changes_its_values(played, name):
    op = played[name]
    inputs = [TensorType("float64", (None,))(x) for x in "xy"[: op.n_inputs]]
    y = op(*inputs)
    gy = y.type("gy")
    values = {**dict(zip(inputs, POINT, strict=False)), gy: [1.3, 0.7]}
    right = derivative(definition(ast.parse(source("table")), name))

    def computed(rule):
        op.vjp = eval(ast.unparse(rule), played)
        with np.errstate(all="ignore"):
            return np.array(evaluate(op.L_op(inputs, [y], [gy]), values))

    expected = computed(right)
    for mutant in game.mutants(right):
        assert not np.allclose(computed(mutant), expected), ast.unparse(mutant)


def test_a_seed_is_one_game_and_another_seed_another(tmp_path):
    for folder, seed in {"a": "1", "b": "1", "c": "2"}.items():
        main(["game", str(tmp_path / folder), "--seed", seed])
    a, b, c = ((tmp_path / folder / "functions.py").read_text("utf-8") for folder in "abc")
    assert a == b != c


def test_some_derivatives_are_wrong_and_most_are_right():
    counts = {len(game.wrong_ones(seed)) for seed in range(100)}
    assert counts == set(range(game.FEWEST, game.MOST + 1))


def test_an_answer_is_judged_without_telling_it():
    wrong = sorted(game.wrong_ones(5))
    right = sorted(set(game.NAMES) - set(wrong))
    assert game.verdict(wrong, 5) is None
    message = game.verdict([*wrong[1:], right[0]], 5)
    assert f"You have named {len(wrong)}, of which {len(wrong) - 1} are wrong indeed" in message
    assert "still to be found: 1" in message
    assert not any(name in message.split() for name in wrong)
    assert "no cosinus" in game.verdict(["cosinus"], 5)


def test_pytest_tells_the_player_and_passes_when_they_are_right(pytester):
    main(["game", str(pytester.path / "game"), "--seed", "5"])
    answer = pytester.path / "game" / "answer.py"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(pytester.path / "game")
        result = pytester.runpytest_inprocess()
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(["*still to be found: *"])
        answer.write_text(f"wrong = {game.wrong_ones(5)}", "utf-8")
        pytester.runpytest_inprocess().assert_outcomes(passed=1)


def test_the_game_refuses_a_folder_in_which_there_is_something(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["game", str(tmp_path)]) == 1
    assert "not an empty folder" in capsys.readouterr().err
