"""Damaged files: whatever is done to a good one, it is refused by name or read as it should be.

Each case is made from its number alone, so a number that is reported makes the same file again.
``MINIGRAD_DAMAGED_FILES=5000 pytest`` tries more of them.
"""

import json
import os
import random
import threading
import tracemalloc
import warnings
import zipfile
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from sklearn.pipeline import make_pipeline

import autoencoder
from autoencoder import AutoEncoder, Preparation, load_donuts, make_donuts
from autoencoder.data import read_samples
from autoencoder.fitting.hyperparameters import check_hyperparameters

N_CASES = int(os.environ.get("MINIGRAD_DAMAGED_FILES", 1000))

NASTY_SHAPES = (
    *("()", "(0,)", "(0, 2)", "(4, 0)", "(1, 1)", "(2, 4)", "(-1, 4)", "(4,)", "(4, 2, 1)"),
    *("(99999999999999999999, 2)", "(True, True)", "(10**9, 5)", "(4.0, 2)", "[4, 2]", "4", "None"),
    *("(100000000, 2)", "(" + "1, " * 40 + ")", "(3000000000, 3000000000)", "(8, 1)", "(4, '2')"),
)
NASTY_DTYPES = (
    *("'<f4'", "'>f8'", "'<f2'", "'<f16'", "'<i8'", "'<c16'", "'|b1'", "'|O'", "'<U2'", "'|S8'"),
    *("'<08'", "'4,9)<f8'", "'<M8[s]'", "'|V8'", "'<f8,<f8'", "'(2,)<f4'", "[('a', '<f8')]"),
    *(
        "8",
        "None",
        "''",
        "'<f99'",
        "'<U0'",
        "('<f8', (2,))",
        "[('a', '<f8'), ('a', '<f8')]",
        "'\\d'",
    ),
    *("{'names': ['a'], 'formats': ['<f8']}", "'<U99999999999'", "'float64'", "'|V0'"),
)
NASTY_TEXTS = (
    *(
        "",
        "{",
        "(" * 300,
        "-" * 5000 + "1",
        "[" * 5000,
        "{}",
        "[]",
        "{'descr'}",
        "lambda: 0",
        "\x00",
    ),
    *("{'descr': '<f8', 'fortran_order': False, 'shape': (4, 2), }}", "{**{}}", "1" * 5000, "\\"),
    *(
        "{'descr': '<f8', 'fortran_order': 0, 'shape': (4, 2)}",
        "f'{1}'",
        "{'descr': '<f8'}",
        "\xff",
    ),
    *("{'shape': (4L, 2L), 'fortran_order': False, 'descr': '<f8'}", "'a' 'b", "{1: 2, []: 3}"),
)
NASTY_VALUES = (
    *("null", "true", "-1", "0", "1e999", "NaN", '"two"', "[]", "{}", "1" + "0" * 400, "2.5", "5"),
    *("1000000000", "[" * 100000, "1" * 5000, '"\\ud800"', '"float32"', '{"a": 1}', "[[1, 2]]"),
)


def damaged_bytes(rng, content):
    """The content with bits or bytes changed, cut out, put in, or moved."""
    data = bytearray(content)
    at = rng.randrange(len(data))
    end = min(len(data), at + rng.choice([1, 2, 8, 100, len(data)]))
    match rng.randrange(9):
        case 0 | 1:
            for _ in range(rng.choice([1, 1, 2, 20])):
                data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        case 2:
            data[at] = rng.randrange(256)
        case 3:
            del data[at:]
        case 4:
            del data[at:end]
        case 5:
            data[at:at] = rng.randbytes(rng.choice([1, 2, 8, 100]))
        case 6:
            data[at:end] = bytes(end - at)
        case 7:
            data[at:at] = data[at:end]
        case 8:
            data[at:end] = rng.randbytes(end - at)
    return bytes(data)


def damaged_header(rng, npy):
    """The content of a .npy file with something else in its header."""
    n_header = int.from_bytes(npy[8:10], "little")
    text, data = npy[10 : 10 + n_header].decode("latin1"), npy[10 + n_header :]
    fields = {"descr": None, "fortran_order": None, "shape": None}
    match rng.randrange(8):
        case 0 | 1:
            fields["shape"] = rng.choice(NASTY_SHAPES)
        case 2 | 3:
            fields["descr"] = rng.choice(NASTY_DTYPES)
        case 4:
            fields["fortran_order"] = rng.choice(["True", "False", "1", "None"])
        case 5:
            return with_header(rng.choice(NASTY_TEXTS), data)
        case 6:
            at = rng.randrange(len(text))
            return with_header(
                text[:at] + rng.choice(["", "(", "]", "#", '"', "\n"]) + text[at + 1 :], data
            )
        case 7:
            start = bytearray(npy[:10])
            start[rng.randrange(6, 10)] = rng.choice([0, 1, 2, 3, 255])
            return bytes(start) + npy[10:]
    for name, value in fields.items():
        if value is not None:
            before, _, after = text.partition(f"'{name}': ")
            rest = after[after.index(")" if name == "shape" else ",") + (name == "shape") :]
            text = before + f"'{name}': " + value + rest
    return with_header(text, data)


def with_header(text, data):
    header = text.encode("latin1")
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data


def npy(array):
    file = BytesIO()
    np.lib.format.write_array(file, np.asanyarray(array))
    return file.getvalue()


def members_of(archive):
    with zipfile.ZipFile(BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def zipped(members, compression=zipfile.ZIP_STORED):
    """An archive of (name, content) pairs; a name may come twice."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a name that comes twice
        for name, content in members:
            # Named so that the time is always the same.
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    return file.getvalue()


def encrypted(archive):
    """The archive, its first member marked as encrypted."""
    data = bytearray(archive)
    data[data.index(b"PK\x01\x02") + 8] |= 1
    data[6] |= 1
    return bytes(data)


def damaged_text(rng, content):
    values = json.loads(np.lib.format.read_array(BytesIO(content)).item())
    name = rng.choice(sorted(values))
    text = json.dumps({**values, name: "HERE"}).replace('"HERE"', rng.choice(NASTY_VALUES))
    match rng.randrange(6):
        case 0:
            text = rng.choice(NASTY_VALUES)
        case 1:
            text = json.dumps({key + "s": value for key, value in values.items()})
    array = np.array(text)
    if rng.randrange(6) == 0:
        array = np.frombuffer(b"\xff\xff\xff\xff" * 3, "<U3").reshape(())
    return npy(array)


def damaged_model(number, good):
    """One of endlessly many damaged model files."""
    rng = random.Random(number)
    if number % 3 == 0:
        return damaged_bytes(rng, good)
    members = members_of(good)
    one, other = rng.sample(sorted(members), 2)
    compression = rng.choice([0, 0, 0, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    pairs = None
    match rng.randrange(14):
        case 0:
            del members[one]
        case 1:
            members[one] = members[other]
        case 2:
            members[one], members[other] = members[other], members[one]
        case 3:
            members[one] = rng.choice([b"", b"\x93NUMPY", b"PK", members[one][:20]])
        case 4:
            members[one] = damaged_bytes(rng, members[one])
        case 5:
            names = [
                one.removesuffix(".npy"),
                "../" + one,
                one.upper(),
                "weight",
                one + ".npy",
                "a\x00b",
            ]
            members[rng.choice(names)] = members.pop(one)
        case 6:
            pairs = [*members.items(), (one, members[rng.choice([one, other])])]
        case 7:
            text = rng.choice(sorted({"hyperparameters.npy", "scaler.npy"} & members.keys()))
            members[text] = damaged_text(rng, members[text])
        case 8:
            bomb = np.zeros(rng.choice([10, 10**5]), "f8")
            return zipped([*members.items(), (one, npy(bomb))][-len(members) :], 8)
        case 9:
            return encrypted(zipped(members.items(), compression))
        case 10:
            return damaged_bytes(rng, zipped(members.items(), compression))
        case _:
            members[one] = damaged_header(rng, members[one])
    return zipped(pairs or members.items(), compression)


def damaged_table(number, good):
    """One of endlessly many damaged data files."""
    rng = random.Random(number)
    damaged = damaged_header if number % 2 else damaged_bytes
    content = damaged(rng, good)
    return damaged_bytes(rng, content) if rng.randrange(5) == 0 and content else content


@pytest.fixture(scope="module")
def good_model(tmp_path_factory):
    model = AutoEncoder(2, epochs=5, random_state=0).fit(np.random.RandomState(0).rand(20, 4))
    model.feature_names_in_ = np.array(["a", "b", "c", "d"], dtype=object)
    path = tmp_path_factory.mktemp("good") / "model.npz"
    model.save(path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def good_table():
    return npy(make_donuts(30))


def test_a_damaged_model_file_is_refused_by_name_or_holds_a_whole_model(tmp_path, good_model):
    path = tmp_path / "damaged.npz"
    for number in range(N_CASES):
        path.write_bytes(damaged_model(number, good_model))
        try:
            model = AutoEncoder.load(path)
        except (ValueError, OSError) as error:
            assert str(path) in str(error), number
        except BaseException as error:
            raise AssertionError(f"damaged_model({number}) raised {error!r}") from error
        else:
            assert_whole(model, number)


def assert_whole(model, number):
    values = [model.weights_, model.hidden_bias_, model.output_bias_, *model.velocities_]
    shapes = [(4, 2), (2,), (4,)] * 2
    assert [value.shape for value in values] == shapes, number
    assert {value.dtype for value in values} == {np.dtype(model.dtype)}, number
    assert all(np.isfinite(value).all() for value in (*values, model.costs_)), number
    assert model.n_hidden == 2, number
    check_hyperparameters(model.get_params())


def test_a_damaged_file_of_a_pipeline_is_refused_by_name_or_holds_a_whole_one(tmp_path):
    X = np.random.RandomState(0).rand(20, 4)
    parts = Preparation(label="kind", image_shape=(2, 2)), AutoEncoder(2, epochs=5, random_state=0)
    path = tmp_path / "damaged.npz"
    autoencoder.save(make_pipeline(*parts).fit(X), path)
    good = path.read_bytes()
    for number in range(N_CASES // 4):
        path.write_bytes(damaged_model(number, good))
        try:
            scaler, model = autoencoder.load(path)
        except (ValueError, OSError) as error:
            assert str(path) in str(error), number
        except BaseException as error:
            raise AssertionError(f"damaged_model({number}) raised {error!r}") from error
        else:
            assert_whole(model, number)
            assert np.isfinite(scaler.transform(X)).all(), number
            assert np.isfinite(scaler.inverse_transform(X)).all(), number
            assert scaler.image_shape in (None, (2, 2)), number
            assert isinstance(scaler.label, str | int | None), number


def test_a_damaged_data_file_is_refused_by_name_or_holds_a_whole_table(tmp_path, good_table):
    path = tmp_path / "damaged.npy"
    for number in range(N_CASES):
        path.write_bytes(damaged_table(number, good_table))
        try:
            table = load_donuts(path)
        except (ValueError, OSError) as error:
            assert str(path) in str(error), number
        except BaseException as error:
            raise AssertionError(f"damaged_table({number}) raised {error!r}") from error
        else:
            assert table.dtype == np.float64, number
            assert table.ndim == 2 and min(table.shape) >= 1 and table.shape[1] >= 2, number
            assert np.isfinite(table).all(), number


def good_csv():
    lines = ["height,width,kind", *(f"{i / 7},{i},{'ab'[i % 2]}" for i in range(20))]
    return "\n".join(lines).encode()


def good_png():
    file = BytesIO()
    Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8)).save(file, "PNG")
    return file.getvalue()


DATA = {
    "x.csv": (good_csv, "kind"),
    "x.npz": (lambda: zipped([("table.npy", npy(make_donuts(9)))]), None),
    "images/x.png": (good_png, None),
}


@pytest.mark.parametrize("name", DATA)
def test_damaged_data_of_every_kind_is_refused_by_name_or_holds_numbers(tmp_path, name):
    make, label = DATA[name]
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    source = path.parent if "/" in name else path
    for number in range(N_CASES // 10):
        path.write_bytes(damaged_bytes(random.Random(number), make()))
        try:
            samples = read_samples(source, label=label)
        except (ValueError, OSError) as error:
            assert str(source) in str(error), number
        except BaseException as error:
            raise AssertionError(f"damaged_bytes of {number} raised {error!r}") from error
        else:
            assert samples.features.ndim == 2 and samples.features.size > 0, number
            assert np.isfinite(samples.features).all(), number


# Files crafted one by one: what is wrong with them, how they are made, what is said of them.


def renamed(members, old, new):
    return [(new if name == old else name, content) for name, content in members.items()]


def changed(members, **arrays):
    return zipped({**members, **{f"{name}.npy": value for name, value in arrays.items()}}.items())


def with_text(members, text):
    return changed(members, hyperparameters=npy(np.array(text)))


def damaged_lzma(members):
    archive = bytearray(zipped(members.items(), zipfile.ZIP_LZMA))
    for at in range(60, 90):
        archive[at] ^= 0xFF
    return bytes(archive)


def overlapping(members):
    """An archive in which one entry's data is that of another, too."""
    archive = zipped(members.items())
    first = archive.index(b"PK\x01\x02")
    second = archive.index(b"PK\x01\x02", first + 1)
    return archive[: second + 42] + archive[first + 42 : first + 46] + archive[second + 46 :]


def header(shape="(4, 2)", descr="'<f8'", data=bytes(64)):
    return with_header(f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n", data)


def long_header(n_bytes):
    """The beginning of an array in version 2 of the format, whose header is that long."""
    return b"\x93NUMPY\x02\x00" + n_bytes.to_bytes(4, "little") + b" " * min(n_bytes, 20_000)


CRAFTED_ARRAYS = {
    "of no bytes": (b"", "not a NumPy .npy file"),
    "with another magic": (b"\x93NUMPX\x01\x00", "not a NumPy .npy file"),
    "of an unknown version": (b"\x93NUMPY\x09\x00v\x00", "unknown version"),
    "with a header cut off": (
        b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'shape': (4",
        "header cannot",
    ),
    "with one bracket too many": (header("(4, 2)("), "header cannot"),
    "with 5,000 minus signs": (with_header("-" * 5000 + "1", b""), "header cannot"),
    "with 300 brackets": (with_header("(" * 300, b""), "header cannot"),
    "with a header of 4 GB": (long_header(2**32 - 1), "its header is 4294967295 bytes long"),
    "with a size beyond 64 bits": (
        header("(99999999999999999999, 2)"),
        "declares 16000000000000000",
    ),
    "with sizes whose product wraps": (header("(4294967296, 4294967296)"), "declares 14757"),
    "with sizes of True": (header("(True, True)"), "a shape that no array has"),
    "with a negative size": (header("(-4, -2)"), "a shape that no array has"),
    "with the dtype '<08'": (header(descr="'<08'"), "header cannot"),
    "with the dtype '4,9)<f8'": (header(descr="'4,9)<f8'"), "header cannot"),
    "with an escape that Python warns of": (header(descr="'<f\\8'"), "header cannot"),
    "written by Python 2, and cut off": (header("(4L, 2L)", data=b""), "declares"),
    "of more than there is": (header("(10000000000, 2)"), "declares 160000000"),
    "of less than there is": (
        header("(2, 2)"),
        r"declares \d+ bytes \(float64 of shape \(2, 2\)\)",
    ),
    "pickled": (header(descr="'|O'"), "Object arrays cannot be loaded"),
}

CRAFTED_MODELS = {
    "an entry of another name": (
        lambda members: zipped(renamed(members, "weights.npy", "weight.npy")),
        r"missing: \['weights'\], or unknown: \['weight'\]",
    ),
    "an entry of another suffix": (
        lambda members: zipped(renamed(members, "weights.npy", "weights.txt")),
        r"its entry 'weights.txt' is not an array: those are named \*\.npy",
    ),
    "an entry without a suffix": (
        lambda members: zipped(renamed(members, "weights.npy", "weights")),
        r"its entry 'weights' is not an array: those are named \*\.npy",
    ),
    "text beyond Unicode": (
        lambda members: changed(
            members, hyperparameters=header("()", "'<U2'", b"\xff\xff\xff\xff" * 2)
        ),
        "a character that Unicode does not have",
    ),
    "feature names beyond Unicode": (
        lambda members: changed(members, feature_names=header("(4,)", "'<U1'", b"\xff" * 16)),
        "a character that Unicode does not have",
    ),
    "an encrypted entry": (lambda members: encrypted(zipped(members.items())), "is encrypted"),
    "a damaged LZMA entry": (damaged_lzma, "compressed in a way that NumPy never does"),
    "a BZIP2 entry": (
        lambda members: zipped(members.items(), zipfile.ZIP_BZIP2),
        "compressed in a way that NumPy never does",
    ),
    "two entries of one name": (
        lambda members: zipped([*members.items(), ("costs.npy", members["costs.npy"])]),
        "two arrays of the same name",
    ),
    "two entries on the same data": (overlapping, "damaged"),
    "100,000 brackets as hyperparameters": (
        lambda members: with_text(members, "[" * 100_000),
        "'hyperparameters' is not readable",
    ),
    "hyperparameters of 8 MB": (
        lambda members: with_text(members, " " * 2_000_000 + "{}"),
        "text of at most 1048576 bytes",
    ),
    "hyperparameters that are pairs": (
        lambda members: with_text(members, '[["n_hidden", 2]]'),
        "does not hold named values",
    ),
    "a billion hidden units": (
        lambda members: with_text(members, '{"n_hidden": 1000000000}'),
        "n_hidden is 1000000000 .* weights have 2 hidden units",
    ),
    "another dtype": (lambda members: with_text(members, '{"dtype": "float32"}'), "dtype float32"),
    "a learning rate beyond every float": (
        lambda members: with_text(members, '{"learning_rate": 1' + "0" * 400 + "}"),
        "learning_rate",
    ),
    "a seed that is none": (
        lambda members: with_text(members, '{"random_state": "seed"}'),
        "hyperparameters do not fit",
    ),
    "a hyperparameter of no JSON": (
        lambda members: with_text(members, '{"verbose": ' + "1" * 5000 + "}"),
        "hyperparameters",
    ),
    "float32 weights beside float64 biases": (
        lambda members: changed(members, weights=npy(np.ones((4, 2), "f4"))),
        "is float64, but its weights are float32",
    ),
    "half-precision parameters": (
        lambda members: changed(members, weights=npy(np.ones((4, 2), "f2"))),
        "'weights' is not all finite float32 or float64",
    ),
    "no hidden units": (
        lambda members: changed(members, weights=npy(np.ones((4, 0)))),
        "two sizes of at least 1",
    ),
    "no features": (
        lambda members: changed(members, weights=npy(np.ones((0, 2)))),
        "two sizes of at least 1",
    ),
}


@pytest.mark.parametrize("case", CRAFTED_MODELS)
def test_a_crafted_model_file_is_refused(tmp_path, good_model, case):
    make, complaint = CRAFTED_MODELS[case]
    (tmp_path / "model.npz").write_bytes(make(members_of(good_model)))
    with pytest.raises(ValueError, match=complaint) as caught:
        AutoEncoder.load(tmp_path / "model.npz")
    assert str(caught.value).startswith(str(tmp_path / "model.npz"))


@pytest.mark.parametrize("case", CRAFTED_ARRAYS)
def test_a_model_file_with_a_crafted_array_is_refused(tmp_path, good_model, case):
    content, complaint = CRAFTED_ARRAYS[case]
    (tmp_path / "model.npz").write_bytes(changed(members_of(good_model), weights=content))
    with pytest.raises(ValueError, match=complaint) as caught:
        AutoEncoder.load(tmp_path / "model.npz")
    assert str(caught.value).startswith(str(tmp_path / "model.npz"))
    assert "'weights'" in str(caught.value)


@pytest.mark.parametrize("case", CRAFTED_ARRAYS)
def test_a_crafted_data_file_is_refused(tmp_path, case):
    content, complaint = CRAFTED_ARRAYS[case]
    (tmp_path / "table.npy").write_bytes(content)
    with pytest.raises(ValueError, match=complaint) as caught:
        load_donuts(tmp_path / "table.npy")
    assert str(caught.value).startswith(str(tmp_path / "table.npy"))


@pytest.mark.parametrize("read", [AutoEncoder.load, load_donuts])
def test_a_path_that_no_file_can_have_is_named(read):
    with pytest.raises(ValueError, match=r"'a\\x00b': embedded null byte"):
        read("a\0b")


# What is declared costs nothing.


@pytest.fixture
def peak():
    """Return the most bytes that Python and NumPy have held at once since the test began."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()


def test_an_archive_that_would_unpack_to_far_more_than_itself_is_refused_unread(
    tmp_path, good_model, peak
):
    path = tmp_path / "bomb.npz"
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members_of(good_model).items():
            if name != "costs.npy":
                archive.writestr(name, content)
        with archive.open("costs.npy", "w") as member:
            member.write(header(f"({100 * 2**17},)", data=b""))
            for _ in range(100):
                member.write(bytes(2**20))
    path.write_bytes(file.getvalue())
    before = peak()
    with pytest.raises(ValueError, match="would unpack to 104"):
        AutoEncoder.load(path)
    assert peak() < before + 2**20


def test_a_model_file_that_was_compressed_is_read(tmp_path, good_model):
    (tmp_path / "model.npz").write_bytes(good_model)
    with np.load(tmp_path / "model.npz") as archive:
        np.savez_compressed(tmp_path / "compressed.npz", **archive)
    again = AutoEncoder.load(tmp_path / "compressed.npz")
    np.testing.assert_array_equal(again.weights_, AutoEncoder.load(tmp_path / "model.npz").weights_)


def test_a_model_file_in_the_other_byte_order_is_read(tmp_path, good_model):
    (tmp_path / "model.npz").write_bytes(good_model)
    with np.load(tmp_path / "model.npz") as archive:
        swapped = {
            name: array.astype(array.dtype.newbyteorder("S")) for name, array in archive.items()
        }
    np.savez(tmp_path / "swapped.npz", **swapped)
    again = AutoEncoder.load(tmp_path / "swapped.npz")
    assert again.weights_.dtype.isnative
    np.testing.assert_array_equal(again.weights_, AutoEncoder.load(tmp_path / "model.npz").weights_)


@pytest.mark.parametrize("content", [header("(10000000000, 2)"), long_header(2**32 - 1)])
def test_a_pipe_is_believed_only_as_far_as_bytes_come(tmp_path, content, peak):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(content,))
    writer.start()
    with pytest.raises(ValueError, match="cut off after 64 of 160000000000|4294967295 bytes long"):
        load_donuts(tmp_path / "pipe")
    writer.join()
    assert peak() < 2**22
