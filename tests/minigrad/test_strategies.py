"""The Hypothesis strategies draw what they are asked for, and refuse what cannot be drawn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minigrad.testing import broadcastable, expressions, tensors

DOMAINS = [
    (-3, 3),
    (0.1, 2.5),
    (1e-5, 2e-5),
    (-2e-9, 1e-9),
    (1000.0, 1000.5),
    (-1e9, 1e9),
    (0.3, 0.3),
]


@given(st.data(), st.sampled_from(DOMAINS))
def test_a_tensor_is_within_its_domain(data, domain):
    x = data.draw(tensors("float64", domain=domain))
    assert np.all((domain[0] <= x) & (x <= domain[1]))


@pytest.mark.parametrize("domain", DOMAINS[:-1])
def test_a_domain_has_many_values(domain):
    drawn = set()

    @given(tensors("float64", shape=(20,), domain=domain))
    def draw(x):
        drawn.update(x.tolist())

    draw()
    assert len(drawn) > 20


@pytest.mark.parametrize("domain", [(3, 2), (1, 2, 3), 1, (0, np.inf), (np.nan, 1)])
@pytest.mark.parametrize("strategy", [tensors, lambda **k: broadcastable(2, **k)])
def test_what_is_no_domain_is_refused_at_once(strategy, domain):
    with pytest.raises(
        ValueError, match="domain must be a pair of numbers, the least and the greatest"
    ):
        strategy(domain=domain)


@pytest.mark.parametrize("families", [["foo"], "elementwise"])
def test_a_family_that_there_is_not_is_refused_at_once(families):
    with pytest.raises(ValueError, match="some of elementwise, pairs, .*got"):
        expressions(families=families)
