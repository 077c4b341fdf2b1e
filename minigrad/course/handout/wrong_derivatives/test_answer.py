"""Run pytest to be told whether your answer is right."""

import pytest
from answer import wrong
from functions import SEED

from minigrad.course.game import verdict


def test_the_wrong_derivatives_are_found():
    message = verdict(wrong, SEED)
    if message is not None:
        pytest.fail(message, pytrace=False)
