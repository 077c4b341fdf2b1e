"""What compilers and readers ask of an op, beyond its value and its derivative.

Importing these modules gives `Op` the methods that answer, with their defaults, and the ops of the
core theirs.
"""
