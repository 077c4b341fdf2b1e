"""`python -m minigrad run` runs programs that import theano, of Python 2 too."""

import os
import subprocess
import sys

import pytest
from layers import ROOT

import minigrad
from minigrad.__main__ import main

PROGRAM = """\
#!/usr/bin/env python
# -*- coding: latin-1 -*-
import cPickle, os, sys
os.environ['THEANO_FLAGS'] = 'floatX=float32'
import theano
import theano.tensor as T
from theano.tensor.shared_randomstreams import RandomStreams
from beside import half

def main(n_epochs=3, (batch, size)=(4, 9)):
    x = T.vector('x')
    f = theano.function([x, T.iscalar('n')][:1], T.grad((x ** half(7)).sum(), x))
    print __name__, sys.argv[1:], os.path.basename(__file__), x.dtype, f([2.0]),
    print reduce(lambda a, b: a + b, map(int, '123')), size / batch, u'\xfc'.upper() == u'\xdc'
    f = open('params.pkl', 'w')
    cPickle.dump(RandomStreams(1).uniform((2,)).dtype, f)
    f.close()
    print cPickle.load(open('params.pkl'))

if __name__ == '__main__':
    main()
"""
PRINTED = "__main__ ['--epochs', '3'] script.py float32 [12.] 6 2 True\nfloat32\n"


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(PROGRAM, encoding="latin-1")
    (tmp_path / "beside.py").write_text("def half(n):\n    return n / 2\n", encoding="utf-8")
    return path


def in_a_new_process(folder, *arguments):
    command = [sys.executable, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment)


def test_python_2_runs_with_its_arguments_and_the_modules_beside_it(script, tmp_path):
    done = in_a_new_process(tmp_path, "-m", "minigrad", "run", "script.py", "--epochs", "3")
    assert done.stdout == PRINTED, done.stderr
    assert done.stderr.startswith("minigrad: script.py is Python 2;")
    assert not list(tmp_path.rglob("*.pyc"))


def test_what_was_ported_runs_by_itself(script, tmp_path, capsys):
    assert main(["port", "--write", str(tmp_path)]) == 0
    done = in_a_new_process(tmp_path, "script.py", "--epochs", "3")
    assert (done.stdout, done.stderr) == (PRINTED, "")


# In this process


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """A function that runs a program, and tells what it printed and said."""
    for name in ("argv", "path", "meta_path"):
        monkeypatch.setattr(sys, name, list(getattr(sys, name)))
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    before = set(sys.modules)

    def run(text, *arguments, options=()):
        path = tmp_path / "script.py"
        path.write_text(text, encoding="utf-8")
        try:
            main(["run", *options, str(path), *arguments])
        except SystemExit as error:
            print(error.code, file=sys.stderr)
        return capsys.readouterr()

    yield run
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None) or ""
        if name.split(".")[0] in ("theano", "six") or file.startswith(str(tmp_path)):
            del sys.modules[name]


def test_python_3_runs_too_and_names_of_old_numpy_are_known(run, tmp_path):
    (tmp_path / "options.py").write_text("import numpy\nkind = numpy.float\n", encoding="utf-8")
    text = (
        "import sys, theano.tensor as T\nfrom options import kind\nprint(kind, sys.argv[1:], 7 / 2)"
    )
    assert run(text, "-h", "--python") == ("<class 'float'> ['-h', '--python'] 3.5\n", "")


def test_a_program_that_does_not_show_its_python_is_taken_for_what_it_is_told(run):
    text = "print(7 / 2)"
    assert run(text).out == "3.5\n"
    assert run(text, options=["--python", "2"]).out == "3\n"


def test_six_which_theano_brought_along_is_there(run, monkeypatch):
    monkeypatch.setenv("THEANO_FLAGS", "")
    text = """
import os
import six.moves.cPickle as pickle
from six.moves import urllib, xrange
from six import iteritems
os.environ['THEANO_FLAGS'] = 'floatX=float16'  # before theano is imported, if after six
import theano
print(pickle.loads(pickle.dumps(list(xrange(2)))), urllib.parse.quote('a b'), theano.config.floatX)
"""
    with minigrad.config.change_flags(floatX="float64"):
        assert run(text).out == "[0, 1] a%20b float16\n"


def test_packages_and_files_that_are_executed_are_converted_too(run, tmp_path):
    package = tmp_path / "nets"
    package.mkdir()
    (package / "__init__.py").write_text("from dense import size\nprint 'nets'", encoding="utf-8")
    (package / "dense.py").write_text("import sizes\nsize = sizes.n / 2", encoding="utf-8")
    (package / "sizes.py").write_text("n = 7", encoding="utf-8")
    (tmp_path / "setting.py").write_text("print size\nrate = 7L / 2", encoding="utf-8")
    text = "from nets import size\nexecfile(__file__.replace('script', 'setting'))\nprint rate"
    assert run(text).out == "nets\n3\n3\n"


def test_an_error_is_followed_by_what_may_be_wrong(run):
    text = "import numpy\nfrom six.moves import cPickle\nprint reduce(lambda a, b: a / b, [3, 'b'])"
    said = run(text).err
    assert "script.py:2: six is needed for Python 2 alone" in said


def test_a_traceback_shows_converted_lines_by_their_old_numbers(run):
    _, said = run("import os\n\ndef f(a):\n    print a / 0\nf(reduce(max, [3]))")
    assert 'script.py", line 4, in f\n    print(old_div(a, 0))' in said
    assert 'script.py", line 5, in <module>\n    f(reduce(max, [3]))' in said
    assert "running.py" not in said and said.endswith("\n1\n")


def test_a_program_exits_with_its_own_status(run):
    assert run("import sys\nsys.exit(3)").err == "3\n"


def test_what_is_no_program_is_told_in_one_line(run, tmp_path):
    assert run("a = = b").err.startswith(f"minigrad: {tmp_path / 'script.py'}: not Python 3 (")


@pytest.mark.parametrize("arguments", [["run"], ["port"], [], ["walk"]])
def test_without_a_program_it_says_how_it_is_used(arguments, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert capsys.readouterr().err.startswith("usage: python -m minigrad")
