"""Names that old programs use and that are now others, or gone: tables, and nothing else."""

from __future__ import annotations

# A name and what it is now: in the same module, or without a dot a name of Python's own.
RENAMED = {
    "numpy.float": "float",
    "numpy.int": "int",
    "numpy.object": "object",
    "numpy.str": "str",
    "numpy.complex": "complex",
    "numpy.unicode": "str",
    "numpy.NaN": "numpy.nan",
    "numpy.NAN": "numpy.nan",
    "numpy.Inf": "numpy.inf",
    "numpy.Infinity": "numpy.inf",
    "numpy.PINF": "numpy.inf",
    "numpy.infty": "numpy.inf",
    "numpy.float_": "numpy.float64",
    "numpy.complex_": "numpy.complex128",
    "numpy.longfloat": "numpy.longdouble",
    "numpy.string_": "numpy.bytes_",
    "numpy.unicode_": "numpy.str_",
    "numpy.bool8": "numpy.bool_",
    "numpy.int0": "numpy.intp",
    "numpy.uint0": "numpy.uintp",
    "numpy.product": "numpy.prod",
    "numpy.cumproduct": "numpy.cumprod",
    "numpy.sometrue": "numpy.any",
    "numpy.alltrue": "numpy.all",
    "numpy.rank": "numpy.ndim",
    "numpy.round_": "numpy.round",
    "numpy.mat": "numpy.asmatrix",
    "numpy.row_stack": "numpy.vstack",
    "numpy.trapz": "numpy.trapezoid",
    "time.clock": "time.process_time",
    "string.letters": "string.ascii_letters",
    "string.lowercase": "string.ascii_lowercase",
    "string.uppercase": "string.ascii_uppercase",
    "string.atoi": "int",
    "string.atof": "float",
    "string.maketrans": "str.maketrans",
    **{
        f"string.{method}": f"str.{method}"
        for method in "capitalize count find lower lstrip replace rfind rjust ljust rstrip split strip "
        "upper zfill".split()
    },
    **{
        f"types.{kind.capitalize()}Type": kind
        for kind in "complex dict float int list object slice tuple type".split()
    },
    "types.BooleanType": "bool",
    "types.ClassType": "type",
    "types.DictionaryType": "dict",
    "types.LongType": "int",
    "types.StringType": "str",
    "types.StringTypes": "str",
    "types.UnicodeType": "str",
    "types.XRangeType": "range",
    "collections.Callable": "collections.abc.Callable",
    "collections.Iterable": "collections.abc.Iterable",
    "collections.Mapping": "collections.abc.Mapping",
    "collections.Sequence": "collections.abc.Sequence",
}

# Python 2's own names that Python has by others.
BUILTINS = {"file": "open", "raw_input": "input"}

# What was a function of Python 2's own, and where it is now.
MOVED = {
    "cmp": "minigrad.porting.python2",
    "execfile": "minigrad.porting.python2",  # whose file is Python 2, too
    "round": "minigrad.porting.python2",  # to floats, and 0.5 up
    "reduce": "functools",
    "reload": "importlib",
    "intern": "sys",
}

# Functions whose results are floats, whatever they are given.
FLOATS = {
    f"{module}.{function}"
    for module in ("numpy", "math", "theano.tensor")
    for function in "cos exp log log10 log1p log2 mean sin sqrt std tanh var".split()
} | {
    "numpy.random.normal",
    "numpy.random.rand",
    "numpy.random.randn",
    "numpy.random.random",
    "numpy.random.uniform",
    "random.gauss",
    "random.random",
    "random.uniform",
    "time.clock",
    "time.time",
    "timeit.default_timer",
}

# What needs a person: a module, a name or a method, and what to do about it.
ADVICE = {
    "__cmp__": "Python 3 does not call __cmp__: write __lt__ and __eq__",
    "__getslice__": "Python 3 does not call __getslice__: __getitem__ gets a slice",
    "__unicode__": "Python 3 does not call __unicode__: write __str__",
    "scipy.misc": "scipy.misc is empty: imread and imsave are imageio's, imresize is Pillow's, "
    "logsumexp and factorial are in scipy.special, face and ascent in scipy.datasets",
    "scipy.weave": "scipy.weave has gone: write it in NumPy",
    "sklearn.cross_validation": "sklearn.cross_validation is sklearn.model_selection, whose classes "
    "take the data in split(X)",
    "sklearn.grid_search": "sklearn.grid_search is sklearn.model_selection",
    "sklearn.externals.joblib": "sklearn.externals.joblib has gone: import joblib itself",
    "sklearn.externals.six": "sklearn.externals.six has gone: six is needed for Python 2 alone",
    "sklearn.datasets.fetch_mldata": "mldata.org has gone: sklearn.datasets.fetch_openml('mnist_784')",
    "six": "six is needed for Python 2 alone",
    "Image": "import Image is from PIL import Image",
    "matplotlib.mlab.bivariate_normal": "matplotlib.mlab.bivariate_normal has gone: write it in NumPy",
    "matplotlib.mlab.normpdf": "matplotlib.mlab.normpdf is scipy.stats.norm.pdf",
    "matplotlib.pyplot.hold": "hold has gone: plots are always added",
    "pylab.hold": "hold has gone: plots are always added",
    "numpy.core": "numpy.core is private now",
    "string.join": "string.join(words, sep) is sep.join(words)",
    "fractions.gcd": "fractions.gcd is math.gcd",
    "inspect.getargspec": "inspect.getargspec is inspect.getfullargspec, which has more fields",
    "lasagne": "lasagne imports theano: python -m minigrad run, or install_as_theano() before",
    "keras": "keras of that time imports theano: python -m minigrad run, or install_as_theano() before",
    "pylearn2": "pylearn2 is itself a program for Python 2",
}
