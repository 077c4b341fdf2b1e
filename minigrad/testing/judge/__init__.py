"""Decide whether a gradient, given as numbers, agrees with a function that is given as numbers."""
