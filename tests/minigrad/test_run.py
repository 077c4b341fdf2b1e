"""`python -m minigrad run` runs programs that import theano."""

import subprocess
import sys


def run(*arguments):
    command = [sys.executable, "-m", "minigrad", *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_a_script_runs_with_its_arguments_beside_its_own_modules(tmp_path):
    (tmp_path / "beside.py").write_text("power = 3\n")
    script = tmp_path / "script.py"
    script.write_text(
        "import sys, theano, theano.tensor as T\n"
        "from beside import power\n"
        "x = T.dscalar('x')\n"
        "print(__name__, sys.argv[1:], theano.function([x], T.grad(x**power, x))(2.0))\n"
    )
    done = run("run", str(script), "--epochs", "3")
    assert done.stdout == "__main__ ['--epochs', '3'] 12.0\n", done.stderr


def test_without_a_script_it_says_how_it_is_used():
    done = run("run")
    assert done.returncode and done.stderr.startswith("usage: python -m minigrad run SCRIPT.py")
