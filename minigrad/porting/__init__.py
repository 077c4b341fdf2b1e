"""Running and rewriting old programs, for Theano, Python 2 and the NumPy of their time.

`conversion` converts text in two steps. First `standard` converts Python 2 to Python 3 with fissix,
which was lib2to3. Then `rewriting` changes what these conversions leave: division, removed names,
pickles, imports of Theano. `advice` tells what a person must decide. `running` runs the new text,
`command` shows or writes it; the text imports `python2` and `pickle`.
"""
