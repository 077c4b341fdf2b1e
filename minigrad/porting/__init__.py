"""Old programs, for Theano, Python 2 and the NumPy of their time: to be run, or rewritten.

`conversion` makes new text of old in two steps. First `standard` has fissix, which was lib2to3, write
Python 2 as Python 3. Then `rewriting` changes, in Python 3, what the standard conversions leave:
division, names that have gone, pickles, imports of Theano. `advice` tells what is left to a person.
`running` runs the new text, `command` shows or writes it; the text imports `python2` and `pickle`.
"""
