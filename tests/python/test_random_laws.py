"""The complete kernel under random laws: some of random_laws.py's, which tries more."""

import pytest
from random_laws import BOUND, check


@pytest.mark.parametrize("number", range(12))
def test_the_kernel_of_a_random_law_is_its_definition(number):
    error, _, words = check(number, seed=1)
    assert error <= BOUND, words
