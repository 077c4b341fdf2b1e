"""Test how the script of slides divides their blocks into screens."""

import json

import pytest
import quickjs
import slides

WINDOW = 100


@pytest.fixture
def screens():
    """The numbers of the blocks on each screen, for blocks of these heights below each other."""
    script = quickjs.Context()
    script.eval((slides.HERE / slides.SHARED["screens"]).read_text(encoding="utf-8"))
    script.eval(
        "const divided = (heights, leading, small) => screens([...heights.keys()], {"
        " height: (first, last) => heights.slice(first, last + 1).reduce((sum, h) => sum + h),"
        " leads: block => leading.includes(block), isSmall: block => small.includes(block),"
        f" window: {WINDOW}}});"
    )

    def divided(*heights, leading=(), small=()):
        return json.loads(
            script.eval(f"JSON.stringify(divided({[*heights]}, {[*leading]}, {[*small]}))")
        )

    return divided


def test_what_a_window_has_room_for_is_one_screen(screens):
    assert screens(30, 40, 30) == [[0, 1, 2]]


def test_a_slide_of_a_heading_alone_is_one_screen(screens):
    assert screens() == [[]]


def test_no_screen_is_higher_than_a_window_has_room_for_in_smaller_type(screens):
    heights = [60, 50, 55, 40, 70, 30]
    parts = screens(*heights)
    assert sum(parts, []) == [*range(len(heights))]
    assert max(sum(heights[i] for i in part) for part in parts) <= WINDOW / 0.85


def test_the_last_screen_is_not_small_if_others_can_have_less(screens):
    assert screens(45, 45, 25, 30) == [[0, 1], [2, 3]]


def test_a_sentence_that_ends_a_full_screen_is_on_it_in_smaller_type(screens):
    assert screens(112, 20) == [[0, 1]]


def test_a_sentence_before_a_full_screen_is_on_it_in_smaller_type(screens):
    assert screens(100, 20, 110) == [[0, 1], [2]]
    assert screens(20, 110, 100) == [[0, 1], [2]]


def test_a_sentence_beside_what_fills_a_window_in_small_type_is_alone(screens):
    assert screens(20, 140) == [[0], [1]]


def test_code_that_is_small_to_have_lines_fit_is_not_made_small_for_a_sentence(screens):
    assert screens(20, 110, small=[1]) == [[0], [1]]


def test_code_is_on_a_screen_with_its_output_where_both_fit(screens):
    assert screens(60, 50, 40, 30) == [[0, 1], [2, 3]]
    assert screens(60, 50, 40, 30, leading=[1]) == [[0], [1, 2, 3]]
    assert screens(60, 70, 80, leading=[1]) == [[0], [1], [2]]
