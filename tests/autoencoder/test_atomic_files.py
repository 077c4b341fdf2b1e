"""Files appear whole or not at all."""

import os

import pytest

from autoencoder.files.whole import check_writable, replacing


def test_the_content_is_there_when_the_block_has_ended(tmp_path):
    with replacing(tmp_path / "file") as file:
        file.write(b"content")
    assert (tmp_path / "file").read_bytes() == b"content"


def test_until_the_block_ends_the_old_file_stays(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with replacing(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_in_the_block_leaves_everything_as_it_was(tmp_path, error):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(error), replacing(path) as file:
        file.write(b"new")
        raise error
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


def test_the_file_has_the_permissions_of_an_ordinary_new_file(tmp_path):
    (tmp_path / "ordinary").touch()
    with replacing(tmp_path / "file"):
        pass
    assert (tmp_path / "file").stat().st_mode == (tmp_path / "ordinary").stat().st_mode


def test_a_link_goes_on_pointing_to_the_file_that_was_replaced(tmp_path):
    (tmp_path / "file").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    with replacing(tmp_path / "link") as file:
        file.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"new"


def test_checking_leaves_no_trace(tmp_path):
    check_writable(tmp_path / "file")
    assert os.listdir(tmp_path) == []


def test_a_directory_that_is_missing_is_found_out_and_the_path_named(tmp_path):
    path = tmp_path / "missing" / "file"
    with pytest.raises(FileNotFoundError) as caught:
        check_writable(path)
    assert caught.value.filename == str(path)


def test_a_path_that_is_a_directory_is_found_out(tmp_path):
    with pytest.raises(OSError, match="not an ordinary file"):
        check_writable(tmp_path)


def test_a_device_is_never_replaced():
    with pytest.raises(OSError, match="not an ordinary file"), replacing(os.devnull):
        pass
