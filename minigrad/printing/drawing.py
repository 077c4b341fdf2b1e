"""Draw graphs: to a file, for a page, in a notebook."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from . import flowchart, svg
from .diagram import Diagram, diagram

# Nobody finds their way through a larger drawing.
LARGEST = 500


class Drawing:
    """A drawing of a graph; a notebook shows it."""

    def __init__(self, svg: str) -> None:
        self.svg = svg

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<a drawing of {len(self.svg):,} characters of SVG>"


def draw(x: Any, file: str | os.PathLike[str] | None = None, largest: int = LARGEST) -> Drawing:
    """Draw a graph: a box for each variable and operation, from inputs above to results below.

    Inputs are blue and round, shared variables green with two lines, constants grey, operations
    without colour, and operations made by `grad` orange; results have a thick line. An operation is
    written with a • for each argument, at which its arrow ends: ``• @ •``. A dashed arrow leads from
    the new value of a shared variable back to it. Below each box are dtype and shape, with ``?`` for
    an unknown size. A frame holds the inner graph of an operation. Point at a box to see its formula,
    its type and your line.

    As in a formula (`pp`), factors of 1, and repetitions that broadcasting implies, are left out;
    equal computations are one box; numbers are written wherever they are used.

    Parameters
    ----------
    x : Variable, list of Variable, or Function
        A function is drawn as its program computes it, after the rewrites; after a call, as it
        was planned for the sizes of that call.
    file : str or path, optional
        The file to write: ``.svg``; ``.html``, a page by itself; or ``.png``, which needs the extra
        ``draw``.
    largest : int
        The largest number of boxes to draw.

    Returns
    -------
    Drawing
        A notebook shows it. Its `svg` is the text of an SVG file.

    Raises
    ------
    TypeError
        If x is none of the above.
    ValueError
        If the file has another suffix, or there are more boxes than `largest`.
    ImportError
        If the file is PNG, and resvg-py is not installed.

    Examples
    --------
    >>> import minigrad, minigrad.tensor as T
    >>> x = T.vector("x")
    >>> cost = T.sum(x**2)
    >>> drawing = draw([cost, minigrad.grad(cost, x)])
    >>> "part of a derivative" in drawing.svg
    True
    """
    write = None if file is None else _writer(os.fspath(file))
    drawing = Drawing(svg.svg(diagram_of("draw", x, largest)))
    if write is not None and file is not None:
        with open(file, "wb") as stream:
            stream.write(write(drawing.svg))
    return drawing


def mermaid(x: Any, largest: int = LARGEST) -> str:
    """The drawing as text in the language of Mermaid, which GitHub and many others show as a picture.

    Parameters and errors are those of `draw`. Arrows to an operation with several arguments are
    numbered from 1.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> x = T.dvector("x")
    >>> print(mermaid(T.exp(x)))
    flowchart TD
      b0(["x<br>float64 vector"]):::input
      b1["exp(•)<br>float64 vector"]:::operation
      style b1 stroke-width:3px
      b0 --> b1
      classDef input fill:#dbeafe,stroke:#3b82f6,color:#1e3a5f
      classDef operation fill:#ffffff,stroke:#868e96,color:#212529
    """
    return flowchart.text(diagram_of("mermaid", x, largest))


def pydotprint(
    fct: Any,
    outfile: str | os.PathLike[str] | None = None,
    compact: bool = True,
    format: str = "png",
    with_ids: bool = False,
    high_contrast: bool = True,
    cond_highlight: Any = None,
    colorCodes: Any = None,  # noqa: N803 (Theano's name)
    max_label_size: int = 70,
    scan_graphs: bool = False,
    var_with_name_simple: bool = False,
    print_output_file: bool = True,
    return_image: bool = False,
) -> Any:
    """Draw a graph by Theano's name; see `draw`.

    Parameters
    ----------
    fct : Variable, list of Variable, or Function
    outfile : str or path, optional
        By default ``minigrad.pydotprint.`` and the format, in the current directory.
    format : {'png', 'svg', 'html'}
        The format, if the name of the file does not say it.
    print_output_file : bool
        Whether to print the path of the file.
    return_image : bool
        Whether to return the drawing instead of writing a file.
    compact, with_ids, high_contrast, cond_highlight, colorCodes, max_label_size, scan_graphs, \
var_with_name_simple
        Theano's; ignored.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> pydotprint(T.exp(T.vector("x")), return_image=True).svg[:4]
    '<svg'
    """
    if return_image:
        return draw(fct)
    path = os.fspath(outfile or f"minigrad.pydotprint.{format}")
    if not path.endswith(tuple(_WRITERS)):
        path += f".{format}"
    draw(fct, path)
    if print_output_file:
        print(f"The output file is available at {path}")
    return None


def diagram_of(name: str, x: Any, largest: int) -> Diagram:
    """The drawing as data; a ValueError if it would be too large."""
    drawing = diagram(x)
    if drawing.size > largest:
        raise ValueError(
            f"{name}: the drawing would have {drawing.size:,} boxes, more than the {largest:,} of "
            f"`largest`; draw a part, such as an intermediate variable, or pass largest={drawing.size}"
        )
    return drawing


def _page(svg: str) -> bytes:
    """A page with the drawing, which needs nothing else."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>minigrad</title>\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        "<style>:root{color-scheme:light dark}body{margin:16px}svg{display:block;margin:auto}</style>\n"
        f"</head><body>\n{svg}</body></html>\n"
    ).encode()


def _png(svg: str) -> bytes:
    """The drawing as pixels, two for each of the SVG."""
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=svg, background="white", zoom=2))


_WRITERS: dict[str, Callable[[str], bytes]] = {
    ".svg": lambda svg: svg.encode(),
    ".html": _page,
    ".png": _png,
}


def _writer(path: str) -> Callable[[str], bytes]:
    """The function that writes a file of this name."""
    suffix = os.path.splitext(path)[1].lower()
    if suffix not in _WRITERS:
        raise ValueError(f"draw writes {', '.join(_WRITERS)}; got {path!r}")
    if suffix == ".png":
        try:
            import resvg_py  # noqa: F401
        except ImportError as error:
            raise ImportError(
                "draw: PNG needs resvg-py; pip install 'minigrad[draw]', or draw to .svg or .html"
            ) from error
    return _WRITERS[suffix]
