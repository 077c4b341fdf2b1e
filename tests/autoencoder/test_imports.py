"""Test what importing the package loads, and what it does not."""

import subprocess
import sys

import pytest

import autoencoder


def modules_after(statement):
    program = f"import sys\n{statement}\nprint(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    return set(result.stdout.split())


def test_the_network_and_its_training_need_no_scikit_learn():
    loaded = modules_after("from autoencoder import TiedNetwork, momentum_updates, train")
    assert not {"sklearn", "scipy", "matplotlib"} & loaded


def test_the_estimator_and_the_data_need_neither_matplotlib_nor_pillow():
    loaded = modules_after("from autoencoder import AutoEncoder, load_donuts, save")
    assert not {"matplotlib", "PIL"} & loaded


def test_drawing_needs_no_pyplot():
    loaded = modules_after("from autoencoder import plot_images, plot_points")
    assert "matplotlib.figure" in loaded
    assert "matplotlib.pyplot" not in loaded


@pytest.mark.parametrize(
    ("module", "package", "name"),
    [("sklearn", "scikit-learn", "AutoEncoder"), ("matplotlib", "matplotlib", "plot_points")],
)
def test_a_missing_library_is_named_with_the_extra_that_brings_it(
    monkeypatch, module, package, name
):
    for loaded in list(sys.modules):
        if loaded.startswith(("autoencoder.", module)):
            monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, module, None)
    message = rf"{package} is not installed: pip install 'minigrad\[autoencoder\]'"
    with pytest.raises(ImportError, match=message):
        getattr(autoencoder, name)


def test_only_a_fit_that_tells_how_it_goes_needs_tqdm(monkeypatch):
    X = [[0.0, 1.0], [1.0, 0.0]]
    model = autoencoder.AutoEncoder(1, epochs=1).fit(X)
    monkeypatch.delitem(sys.modules, "autoencoder.progress", raising=False)
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    model.fit(X)
    with pytest.raises(ImportError, match=r"tqdm is not installed: pip .*\[autoencoder\]"):
        model.set_params(verbose=1).fit(X)


@pytest.mark.parametrize("module", ["matplotlib", "tqdm"])
def test_the_command_says_what_to_install(module):
    program = (
        f"import sys; sys.modules['{module}'] = None; "
        "from autoencoder.__main__ import main; sys.exit(main([]))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.returncode == 2
    assert "pip install 'minigrad[autoencoder]'" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("name", autoencoder.__all__)
def test_every_name_that_is_promised_is_there(name):
    assert getattr(autoencoder, name).__name__ == name
    assert name in dir(autoencoder)


def test_no_other_name_is_there():
    assert not hasattr(autoencoder, "nonsense")
