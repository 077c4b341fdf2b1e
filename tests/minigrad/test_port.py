"""Test that old programs become programs that do the same."""

import gzip
import io
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from layers import ROOT

import minigrad.tensor as T
from minigrad.__main__ import main
from minigrad.porting import pickle as old_pickle
from minigrad.porting.conversion import convert
from minigrad.porting.python2 import cmp, old_div, old_idiv
from minigrad.porting.python2 import round as old_round
from minigrad.porting.standard import python_of


def converted(text, python=2, **options):
    return convert(text, "old.py", python, **options).body


# What the standard conversions do, and that they are used.
STANDARD = [
    ("print 'a', b", "print('a', b)"),
    ("print >>sys.stderr, a,", "print(a, end=' ', file=sys.stderr)"),
    ("for i in xrange(3): pass", "for i in range(3): pass"),
    ("a = range(3) + [1]", "a = list(range(3)) + [1]"),
    ("a = map(f, b)", "a = list(map(f, b))"),
    ("a = zip(b, c)[0]", "a = list(zip(b, c))[0]"),
    ("a = filter(f, b)", "a = list(filter(f, b))"),
    ("for k, v in d.iteritems(): print k", "for k, v in d.items(): print(k)"),
    ("if d.has_key(k): print k", "if k in d: print(k)"),
    ("try: pass\nexcept E, e: pass", "try: pass\nexcept E as e: pass"),
    ("raise E, 'no'", "raise E('no')"),
    ("exec s in d", "exec(s, d)"),
    ("a = `b` <> 'c'", "a = repr(b) != 'c'"),
    ("a = 0755 + 10L", "a = 0o755 + 10"),
    ("a = raw_input('b')", "a = input('b')"),
    ("a = raw_input", "a = input"),
    ("execfile('a.py')", "execfile('a.py')"),
    ("a = file('b')", "a = open('b')"),
    ("from cStringIO import StringIO", "from io import StringIO"),
    ("import urllib2\nurllib2.urlopen(a)", "error, urllib.parse\nurllib.request.urlopen(a)"),
    ("from urllib import urlretrieve", "from urllib.request import urlretrieve"),
    ("import os\na = os.getcwdu()", "a = os.getcwd()"),
    ("import sys\na = sys.maxint", "a = sys.maxsize"),
    ("def f(a, (b, c)):\n    pass", "def f(a, unpacked):\n    (b, c) = unpacked\n    pass"),
    ("a = ur'b'", "a = r'b'"),
]


@pytest.mark.parametrize(("old", "new"), STANDARD)
def test_python_2_becomes_python_3(old, new):
    assert converted(old).endswith(new)


OURS = [
    ("a = b / c", "a = old_div(b, c)"),
    ("a = (b + 1)/c / d", "a = old_div(old_div(b + 1, c), d)"),
    ("a = b / (c / d) * e", "a = old_div(b, old_div(c, d)) * e"),
    ("a = (b) / -c", "a = old_div(b, -c)"),
    ("a = f(b /\n      c)", "a = f(old_div(b,\n      c))"),
    ("a = f(b  # in / out\n      / c)", "a = f(old_div(b  # in / out\n      , c))"),
    ("a = 'ü' + str(b / c)", "a = 'ü' + str(old_div(b, c))"),
    ("a = b / 2.", "a = b / 2."),
    ("a = 1. * b / c", "a = 1. * b / c"),
    ("a = (b + 1e-3) / c", "a = (b + 1e-3) / c"),
    ("a = b / float(c)", "a = b / float(c)"),
    ("import numpy\na = numpy.sqrt(b) / c", "a = numpy.sqrt(b) / c"),
    ("a = b.astype(theano.config.floatX) / c", "a = b.astype(theano.config.floatX) / c"),
    ("a = b.shape[0] / 2", "a = b.shape[0] // 2"),
    ("a = (len(b) + 1) / 2", "a = (len(b) + 1) // 2"),
    ("a = True / 2", "a = old_div(True, 2)"),
    ("a /= b", "a = old_idiv(a, b)"),
    ("a.b[c / d] /= (e + f)", "a.b[old_div(c, d)] = old_idiv(a.b[old_div(c, d)], e + f)"),
    ("a /= 2.", "a /= 2."),
    ("from __future__ import division\nprint a / b", "print(a / b)"),
    ("class A:\n    def __div__(self, b): pass", "    def __truediv__(self, b): pass"),
    ("a.sort(lambda b, c: d)", "a.sort(key=cmp_to_key(lambda b, c: d))"),
    ("a.sort(cmp=b)", "a.sort(key=cmp_to_key(b))"),
    ("a = sorted(b, cmp)", "a = sorted(b, key=cmp_to_key(cmp))"),
    ("a.sort(axis)", "a.sort(axis)"),
    ("import sys\nsys.setdefaultencoding('utf8')", "None"),
    ("import cPickle", "import minigrad.porting.pickle as pickle"),
    ("import os, cPickle as p", "import os, minigrad.porting.pickle as p"),
    ("from cPickle import load", "from minigrad.porting.pickle import load"),
]


@pytest.mark.parametrize(("old", "new"), OURS)
def test_what_the_standard_conversions_leave_is_converted(old, new):
    assert converted(old).endswith(new)


NAMES = [
    ("import numpy\na = numpy.float(numpy.NaN)", "a = float(numpy.nan)"),
    ("import numpy as np\na = np.array(b, np.int)", "a = np.array(b, int)"),
    ("import numpy as np\na = -np.Inf + np.NINF", "a = -np.inf + (-np.inf)"),
    ("import numpy\na = numpy.asscalar(b)", "a = numpy.asarray(b).item()"),
    ("import numpy\na = numpy.cast[c](b)", "a = numpy.dtype(c).type(b)"),
    ("import numpy\na = numpy.cast['int32'](b.sum())", "a = numpy.dtype('int32').type(b.sum())"),
    (
        "import numpy\na = numpy.fromstring(b, dtype=numpy.uint8)",
        "a = numpy.frombuffer(b, dtype=numpy.uint8).copy()",
    ),
    ("import numpy\na = numpy.fromstring(b, sep=' ')", "a = numpy.fromstring(b, sep=' ')"),
    ("import numpy as np\na = np.in1d(b[0], c)", "a = np.isin(np.ravel(b[0]), c)"),
    ("a = b.tostring()", "a = b.tobytes()"),
    ("from numpy import float_, product as p", "from numpy import float64 as float_, prod as p"),
    ("import time\na = time.clock()", "a = time.process_time()"),
    ("from time import clock", "from time import process_time as clock"),
    ("import string\na = string.letters", "a = string.ascii_letters"),
    ("import string\na = string.upper(b)", "a = str.upper(b)"),
    ("import types\na = types.ListType, types.StringType", "a = list, str"),
    ("import collections\na = collections.Mapping", "a = collections.abc.Mapping"),
    ("a = b.NaN, numpy.float", "a = b.NaN, numpy.float"),  # of no known module
]


@pytest.mark.parametrize(("old", "new"), NAMES)
def test_names_that_have_gone_are_written_as_they_are_now_for_python_3_too(old, new):
    assert converted(old, python=3).splitlines()[-1] == new


THEANO = [
    ("import theano", "import minigrad.theano as theano"),
    ("import theano as th, numpy", "import minigrad.theano as th, numpy"),
    ("import theano.tensor as T", "import minigrad.theano.tensor as T"),
    ("import theano.compile", "import minigrad.theano as theano, minigrad.theano.compile"),
    ("from theano import tensor as T", "from minigrad.theano import tensor as T"),
    ("from theano.tensor.nnet import *", "from minigrad.theano.tensor.nnet import *"),
    ("from theanox import a", "from theanox import a"),
    ("from . import theano", "from . import theano"),
]


@pytest.mark.parametrize(("old", "new"), THEANO)
def test_theano_is_imported_from_minigrad_if_that_is_asked_for(old, new):
    assert converted(old, 3, theano="minigrad.theano") == new
    assert converted(old, 3) == old


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("print(a / b)", None),
        ("print a", 2),
        ("raise E, 'no'", 2),
        ("for k in xrange(3): a = unicode(k)", 2),
        ("d.iteritems()", 2),
        ("import cPickle", 2),
        ("past = xrange(3)", 2),  # a package of that name is for both
        ("if 1:\n\ta = 1\n        b = 2", 2),  # a tab reaches to column 8
        ("print(f'{a}')", 3),
        ("print(a, end='')", 3),
        ("def f(a: int): pass", 3),
        ("try:\n    import cPickle\nexcept ImportError:\n    import pickle", None),
        ("try:\n    xrange\nexcept NameError:\n    xrange = range", None),
        ("reduce = lambda f, a: a\nreduce(b, c)", None),
        ("from six.moves import xrange, cPickle\nxrange(2)", 3),
        ("from .lib import six\nsix.iteritems(d)", 3),
        ("import sys\nif sys.version_info[0] == 2: range = xrange", 3),
    ],
)
def test_which_python_a_program_is_for_is_seen_from_what_only_one_has(text, python):
    assert python_of(text, "") == python


def test_imports_stand_in_front_of_the_first_statement_after_docstring_and_comments():
    old = '#!python\n"""Doc."""\n# why\nimport os\nprint reduce(f, a) / cmp(b, c)\n'
    program = convert(old, "old.py", 2)
    assert program.text.splitlines()[:6] == [
        *["#!python", '"""Doc."""', "# why"],
        "from functools import reduce",
        "from minigrad.porting.python2 import cmp, old_div",
        "import os",
    ]


def test_tabs_count_to_the_next_multiple_of_eight_but_not_in_strings():
    program = 'if 1:\n\ta = """\n\t x"""\n        print a\n'
    assert converted(program) == 'if 1:\n        a = """\n\t x"""\n        print(a)\n'


def test_lines_keep_their_numbers():
    program = "import numpy, cPickle\na = reduce(f, b) / c\n\nd.sort(cmp=cmp)\nprint round(a)"
    body = converted(program)
    assert len(body.splitlines()) == 5 and body.splitlines()[4] == "print(round(a))"


@pytest.mark.parametrize(
    ("a", "b", "quotient"),
    [
        (7, 2, 3),
        (-7, 2, -4),
        (7, 2.0, 3.5),
        (np.arange(3), 2, [0, 0, 1]),
        (np.arange(3.0), 2, [0, 0.5, 1]),
        ([4, 7], np.array(2), [2, 3]),
        (np.int8(7), np.float32(2), 3.5),
        (3 + 0j, 2, 1.5),
    ],
)
def test_integers_alone_divide_downwards(a, b, quotient):
    np.testing.assert_array_equal(old_div(a, b), quotient)


def test_symbolic_integers_divide_downwards():
    n, x = T.iscalar("n"), T.dscalar("x")
    assert [str(old_div(n, 2)), str(old_div(7, n)), str(old_div(x, n))] == [
        "n // 2",
        "7 // n",
        "x / n",
    ]


def test_arrays_are_divided_in_place():
    a = b = np.array([4, 7])
    a = old_idiv(a, 2)
    assert a is b and b.tolist() == [2, 3]
    c = d = np.array([1.0])
    c = old_idiv(c, 2)
    assert c is d and d.tolist() == [0.5]
    assert old_idiv(7, 2) == 3 and old_idiv(7.0, 2) == 3.5


@pytest.mark.parametrize(
    ("x", "digits", "rounded"),
    [
        (0.5, 0, 1),
        (-2.5, 0, -3),
        (0.125, 2, 0.13),
        (2.675, 2, 2.67),
        (1250, -2, 1300),
        (1e300, 2, 1e300),
    ],
)
def test_halves_are_rounded_up_as_in_python_2(x, digits, rounded):
    result = old_round(x, digits)
    assert result == rounded and type(result) is float


def test_cmp_tells_the_order():
    assert [cmp(1, 2), cmp(2, 2), cmp("b", "a")] == [-1, 0, 1]


# A float64 array, and a string, that Python 2.7 and NumPy 1.16 have pickled.
OLD_PICKLE = (
    b"\x80\x02cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85U\x01b\x87Rq\x03(K"
    b"\x01K\x02\x85cnumpy\ndtype\nq\x04U\x02f8K\x00K\x01\x87Rq\x05(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff"
    b"\xff\xffK\x00tb\x89U\x10\x00\x00\x00\x00\x00\x00\xf0?\x00\x00\x00\x00\x00\x00\x0c\xc0tbU\x03r\xe9sq"
    b"\x06\x86q\x07."
)


def test_pickles_of_python_2_are_read(tmp_path):
    path = tmp_path / "old.pkl.gz"
    path.write_bytes(gzip.compress(OLD_PICKLE))
    for array, text in (
        old_pickle.load(gzip.open(path)),
        old_pickle.loads(OLD_PICKLE),
        old_pickle.Unpickler(io.BytesIO(OLD_PICKLE)).load(),
    ):
        assert array.tolist() == [1, -3.5] and text == "rés"


def test_files_that_were_opened_as_text_are_pickled_to(tmp_path):
    path = tmp_path / "new.pkl"
    with path.open("w") as file:
        old_pickle.dump([1], file, old_pickle.HIGHEST_PROTOCOL)
    with path.open() as file:
        assert old_pickle.load(file) == [1]


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("import scipy.misc", "imageio"),
        ("from scipy.misc import imread", "imageio"),
        ("import sklearn.cross_validation as cv", "model_selection"),
        ("from sklearn.datasets import fetch_mldata", "fetch_openml"),
        ("from six.moves import range", "six"),
        ("from collections import Mapping", "collections.abc.Mapping"),
        ("class A:\n    def __cmp__(self, b): pass", "__lt__"),
        ("import Image", "PIL"),
        ("import numpy\nnumpy.asfarray(3)", "asarray"),
        ("import lasagne", "imports theano"),
        ("import theano\ntheano.sparse.csr_matrix()", "sparse"),
        ("import theano.tensor as T\nT.sigmoidd", "sigmoidd"),
    ],
)
def test_what_a_person_must_decide_is_told_and_not_changed(program, words):
    told = convert(program, "old.py")
    line = program.count("\n") + 1
    assert told.body == program
    assert [(number, words in text) for number, text in told.advice()] == [(line, True)]


# The command


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "script.py"
    path.write_text("import theano\nprint 7 / 2", encoding="utf-8")
    return path


PORTED = "import minigrad.theano as theano\nprint(7 // 2)"


def test_port_shows_a_difference(script, capsys):
    assert main(["port", str(script)]) == 0
    assert capsys.readouterr().out == (
        f"--- {script}\n+++ {script}\n@@ -1,2 +1,2 @@\n-import theano\n-print 7 / 2\n"
        "\\ No newline at end of file\n+import minigrad.theano as theano\n+print(7 // 2)\n"
        "\\ No newline at end of file\n"
    )
    assert script.read_text() == "import theano\nprint 7 / 2"


def test_port_shows_what_from_theano_md_says(tmp_path, capsys, monkeypatch):
    page = (ROOT / "docs/from-theano.md").read_text(encoding="utf-8")
    shown = re.search(r"^```diff\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)[1]
    old = [line[1:] for line in shown.splitlines()[3:] if line[0] in " -"]
    monkeypatch.chdir(tmp_path)
    Path("script.py").write_text("\n".join([*old, ""]), encoding="utf-8")
    main(["port", "script.py"])
    assert capsys.readouterr().out == shown


def test_port_writes_the_file_and_keeps_what_it_was(script):
    script.chmod(0o755)
    assert main(["port", "--write", str(script)]) == 0
    assert script.read_text() == PORTED and script.stat().st_mode & 0o777 == 0o755
    assert script.with_name("script.py.bak").read_text() == "import theano\nprint 7 / 2"
    assert main(["port", "--write", str(script)]) == 0  # nothing is left to do
    assert len(list(script.parent.iterdir())) == 2


def test_port_writes_no_file_over_a_backup(script, capsys):
    script.with_name("script.py.bak").write_text("the first")
    assert main(["port", "--write", str(script)]) == 1
    assert "script.py.bak is there already" in capsys.readouterr().err
    assert script.read_text() == "import theano\nprint 7 / 2"


def test_port_writes_another_file(script, tmp_path, capsys):
    assert main(["port", str(script), "--output", str(tmp_path / "new.py")]) == 0
    assert (tmp_path / "new.py").read_text() == PORTED
    assert main(["port", str(script), "--output", "-"]) == 0
    assert capsys.readouterr().out == PORTED
    with pytest.raises(SystemExit, match="2"):
        main(["port", str(script), str(script), "--output", "new.py"])


def test_port_writes_nothing_if_one_of_the_files_is_no_program(script, tmp_path, capsys):
    (tmp_path / "wrong.py").write_text("a = = b")
    (tmp_path / ".hidden.py").write_text("print 1")
    assert main(["port", "--write", str(tmp_path), str(tmp_path / "none.py")]) == 1
    errors = capsys.readouterr().err
    assert "wrong.py: not Python 3 (line 1: invalid syntax), nor Python 2 (line 1: " in errors
    assert "none.py" in errors
    assert {path.name for path in tmp_path.iterdir()} == {"script.py", "wrong.py", ".hidden.py"}


def test_modules_that_do_not_show_their_python_are_of_the_python_of_what_is_beside_them(script):
    texts = {
        "plain.py": "a = b / c",
        "new.py": "print(f'{a / b}')",
        "no_two.py": "with (a as b): c / d",
        "inner/plain.py": "a = b / c",
        "../other.py": "a = b / c",
    }
    (script.parent / "inner").mkdir()
    for name, text in texts.items():
        (script.parent / name).write_text(text, encoding="utf-8")
    main(["port", "--write", str(script), *(str(script.parent / name) for name in texts)])
    changed = {name for name, text in texts.items() if (script.parent / name).read_text() != text}
    assert changed == {"plain.py", "inner/plain.py"}


def test_port_keeps_encoding_and_ends_of_lines(script):
    script.write_bytes("# coding: latin-1\r\nprint 'ü'\r\n".encode("latin-1"))
    main(["port", "--write", str(script)])
    assert script.read_bytes() == "# coding: latin-1\r\nprint('ü')\r\n".encode("latin-1")


def test_imports_of_a_package_become_relative_but_not_those_of_scripts(tmp_path):
    (tmp_path / "__init__.py").touch()
    (tmp_path / "other.py").write_text("b = 1\n")
    (tmp_path / "one.py").write_text("import other\nprint other.b\n")
    main(["port", "--write", str(tmp_path)])
    assert (tmp_path / "one.py").read_text() == "from . import other\nprint(other.b)\n"
    (tmp_path / "two.py").write_text("import other\nif __name__ == '__main__': print 1\n")
    main(["port", "--write", str(tmp_path)])
    assert (tmp_path / "two.py").read_text().startswith("import other\n")


def test_without_fissix_python_2_says_what_to_install_and_python_3_is_ported(
    script, capsys, monkeypatch
):
    for name in [name for name in sys.modules if name.split(".")[0] == "fissix"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "fissix", None)
    assert main(["port", str(script)]) == 1
    assert capsys.readouterr().err == (
        f"{script} is no Python 3. To convert it from Python 2: pip install 'minigrad[port]'\n"
    )
    script.write_text("import theano\nprint(7)\n")
    assert main(["port", str(script), "--output", "-"]) == 0
    assert capsys.readouterr().out == "import minigrad.theano as theano\nprint(7)\n"
