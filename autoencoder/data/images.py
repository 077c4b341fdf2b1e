"""A folder of images, as a table with a pixel in each column."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

from ..files.npy import first_line
from .sources import IMAGE_SUFFIXES, Images

# Those of Pillow's readers that run no other program.
_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "PPM")
_WHITE = 255.0
# The formats whose grey of 16 bits Pillow may call by the mode of 32.
_NO_32_BITS = ("PNG", "PPM")


def read_images(folder: Path) -> Images:
    """Read the images of a folder, in grey; its subfolders, if it has any, are the classes.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    ValueError
        If it has no images, one cannot be read, their sizes differ, or only some are in
        subfolders.
    """
    paths = _images_in(folder)
    subfolders = [path for path in sorted(folder.iterdir()) if path.is_dir()]
    in_subfolders = [path for subfolder in subfolders for path in _images_in(subfolder)]
    if paths and in_subfolders:
        raise ValueError(
            f"{folder}: expected images either in it or in subfolders, one for each class; got "
            f"both, such as {paths[0].name} and {in_subfolders[0].relative_to(folder)}"
        )
    paths = paths or in_subfolders
    if not paths:
        raise ValueError(
            f"{folder}: expected a table, or a directory with images ({', '.join(IMAGE_SUFFIXES)}); "
            "it is a directory without any"
        )
    images = [_read(path) for path in paths]
    _check_sizes(folder, paths, images)
    labels = np.array([path.parent.name for path in paths]) if in_subfolders else None
    height, width = images[0].shape
    pixels = np.array([image.ravel() for image in images])
    files = np.array([path.relative_to(folder).as_posix() for path in paths])
    return Images(pixels, labels, (height, width), _WHITE, files)


def _images_in(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in IMAGE_SUFFIXES
        and not path.name.startswith(".")
        and path.is_file()
    )


def _read(path: Path) -> np.ndarray:
    """The image in grey, from 0 to 255."""
    try:
        with Image.open(path, formats=_FORMATS) as image:
            if image.mode.startswith("I;16") or (
                image.mode == "I" and image.format in _NO_32_BITS
            ):  # 16 bits, which converting to 8 would cut off
                return np.asarray(image, np.float64) / 257
            if image.mode in ("I", "F"):
                raise ValueError(
                    f"its pixels are of mode {image.mode}, which does not say what white is; "
                    "scale them to 8 or 16 bits, or give a table (.npy)"
                )
            return np.asarray(_on_white(image).convert("L"), np.float64)
    except Exception as error:  # nearly anything, of what is damaged
        raise ValueError(f"{path}: expected an image, but {first_line(error)}") from error


def _on_white(image: Image.Image) -> Image.Image:
    """The image as it is seen on paper; the colour of what is transparent says nothing."""
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image
    picture = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)


def _check_sizes(folder: Path, paths: list[Path], images: list[np.ndarray]) -> None:
    sizes = Counter(image.shape for image in images)
    if len(sizes) == 1:
        return
    first = {image.shape: path for path, image in reversed(list(zip(paths, images, strict=True)))}
    found = ", ".join(
        f"{width} × {height} pixels: {n} (such as {first[height, width].relative_to(folder)})"
        for (height, width), n in sizes.most_common(3)
    )
    raise ValueError(
        f"{folder}: expected images all of one size, got {len(sizes)} sizes: {found}; make them "
        "one size first, as by PIL.ImageOps.fit"
    )
