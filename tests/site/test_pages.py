"""The site builds without a warning, needs no network, and leads nowhere that is not there."""

import json
import re
from html import unescape
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urldefrag

import pytest
from lessons_of_docs import LESSONS

from minigrad.core.configuration import Config
from minigrad.tensor import constructors


class Page(HTMLParser):
    """A page: what it loads, what it links to, and the ids that links may name."""

    LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}

    def __init__(self, path):
        super().__init__()
        self.loaded, self.links, self.ids = [], [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.ids.update(filter(None, [values.get("id"), values.get("name")]))
        if values.get(self.LOADED.get(tag)) and values.get("rel") not in ("search", "index"):
            self.loaded.append(values[self.LOADED[tag]])
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])


@pytest.fixture(scope="session")
def pages(site):
    """All pages by their paths, slides among them."""
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def test_no_page_loads_anything_from_the_network(pages):
    loaded = [(path.name, url) for path, page in pages.items() for url in page.loaded]
    assert loaded
    assert not [(name, url) for name, url in loaded if re.match(r"(https?:)?//", url)]


def test_no_style_or_script_loads_anything_from_the_network(site):
    for path in [*site.rglob("*.css"), *site.rglob("*.js")]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(url\(|@import |import\()\s*[\"']?(https?:)?//", text), path


def test_slides_load_no_other_file(pages):
    slides = [page for path, page in pages.items() if path.name.endswith(".slides.html")]
    assert slides
    assert not [url for page in slides for url in page.loaded if not url.startswith("data:")]


def test_slides_and_pages_have_the_same_shadows_where_something_scrolls(site):
    shadows = (site / "_static" / "shadows.css").read_text("utf-8")
    assert shadows in (site / "tutorial.slides.html").read_text("utf-8")
    assert "_static/shadows.css" in (site / "tutorial.html").read_text("utf-8")
    assert "linear-gradient" not in (site / "_static" / "site.css").read_text("utf-8")


def test_printed_slides_have_what_is_on_other_screens(site):
    style = (site / "tutorial.slides.html").read_text("utf-8").partition("</style>")[0]
    on_screens = re.findall(r"@media screen \{\n.*?\n\}", style, re.S)
    hiding = re.findall(r"\.later\b[^{}]*\{ display: none; \}", style)
    assert hiding and all(any(rule in part for part in on_screens) for rule in hiding)


def test_no_figure_is_of_pixels_which_would_be_white_on_a_dark_page(site):
    for path in site.rglob("*.html"):
        assert not re.search(r"<img [^>]*(\.png|image/png)", path.read_text("utf-8")), path
    assert '<div class="plot"' in (site / "tutorial.html").read_text("utf-8")


def test_no_formula_is_higher_than_a_screen(pages):
    for path in pages:
        heights = re.findall(r'class="math"><svg[^>]*;height:([\d.]+)em', path.read_text("utf-8"))
        assert all(float(height) < 40 for height in heights), path


def test_no_exponent_on_the_page_of_derivatives_is_a_distinction_of_cases(site):
    page = (site / "reference" / "derivatives.html").read_text("utf-8")
    assert "&amp;= y x^k" in page and r"^{\begin{cases}" not in page


def test_the_search_page_asks_for_words_before_there_is_a_question(site):
    page = (site / "search.html").read_text(encoding="utf-8")
    main = page[page.index('<article role="main"') :]
    assert main.index("Search for words") < main.index('name="q"') < main.index("search-results")


def test_every_link_leads_to_a_page_and_a_place_in_it(site, pages):
    dead = []
    for path, page in pages.items():
        if path.name.endswith(".slides.html"):
            continue  # their links are those of the page
        for link in page.links:
            if re.match(r"\w+:", link):
                continue
            file, place = urldefrag(unquote(link))
            target = Path(path.parent / file).resolve() if file else path
            places = pages[target].ids if target in pages else set()
            if not target.is_file() or (place and place not in places):
                dead.append((path.relative_to(site).as_posix(), link))
    assert not dead


@pytest.mark.parametrize("name", LESSONS)
def test_a_page_with_cells_is_a_notebook_and_slides(site, name):
    page = (site / name).with_suffix("")
    cells = json.loads(page.with_suffix(".ipynb").read_text(encoding="utf-8"))["cells"]
    assert cells[0]["source"].startswith("# ") and any(c["cell_type"] == "code" for c in cells)
    assert page.with_suffix(".exercises.ipynb").exists() == name.startswith("chapters/")
    slides = page.with_suffix(".slides.html").read_text(encoding="utf-8")
    headings = page.with_suffix(".html").read_text(encoding="utf-8").count('class="headerlink"')
    assert slides.count('<section class="slide">') == headings > 1


PUBLIC = [
    "minigrad", "minigrad.gradient", "minigrad.tensor", "minigrad.tensor.nnet",
    "minigrad.tensor.nnet.abstract_conv", "minigrad.tensor.nnet.conv",
    "minigrad.tensor.nnet.neighbours", "minigrad.tensor.signal.conv",
    "minigrad.tensor.signal.downsample", "minigrad.tensor.signal.pool",
    "minigrad.tensor.extra_ops", "minigrad.tensor.fft", "minigrad.tensor.nlinalg",
    "minigrad.tensor.slinalg", "minigrad.tensor.xlogx",
    "minigrad.tensor.shared_randomstreams", "minigrad.tensor.raw_random",
    "minigrad.tensor.rng_mrg", "minigrad.theano.gof.graph", "minigrad.printing",
    "minigrad.testing", "autoencoder",
]  # fmt: skip


def test_parameters_that_are_told_together_stay_together(site):
    page = (site / "reference" / "nnet.html").read_text(encoding="utf-8")
    assert "<strong>gamma, beta</strong>" in page


def test_attributes_that_are_told_together_stay_together(site):
    page = (site / "reference" / "expressions.html").read_text(encoding="utf-8")
    assert "inputs, outputs (list of Variable)" in (text := re.sub(r"<[^>]*>", "", page))
    assert "itypes, otypes (list of TensorType)" in text


def signatures(site):
    """The texts of all signatures of the reference."""
    for path in (site / "reference").glob("*.html"):
        for html in re.findall(r'<dt class="sig .*?</dt>', path.read_text("utf-8"), re.S):
            yield unescape(re.sub(r"<[^>]*>", "", html))


def test_a_default_is_written_as_people_write_it(site):
    texts = [*signatures(site)]
    assert any("optimizer=momentum_updates" in text for text in texts)
    assert not [text for text in texts if re.search(r"=<|=_?[A-Z][A-Z_]+\b|, \)", text)]


def test_an_exception_is_listed_as_one(site):
    assert "exception minigrad.testing.GradientError" in "".join(signatures(site))


def test_a_class_by_another_name_has_its_parameters_told(site):
    page = (site / "reference" / "linear-algebra.html").read_text("utf-8")
    lstsq = page[page.index('id="minigrad.tensor.nlinalg.lstsq"') :]
    assert "<strong>rcond</strong>" in lstsq[: lstsq.index('class="sig ')]


def test_a_name_of_another_module_is_a_link_but_no_parameter_is(site):
    convolution, random = (
        (site / "reference" / f"{name}.html").read_text("utf-8")
        for name in ("convolution", "random")
    )
    link = r'href="#minigrad\.tensor\.nnet\.conv2d"[^>]*><code[^>]*><span[^>]*>T\.nnet\.conv2d<'
    assert re.search(link, convolution)
    assert 'href="reductions.html#minigrad.tensor.std"' not in random


def test_the_reference_has_every_public_name(pages):
    ids = {place for path, page in pages.items() if "reference" in path.parts for place in page.ids}
    documented = []
    for place in ids:
        module, _, name = place.rpartition(".")
        if module in PUBLIC:
            documented.append(getattr(import_module(module), name))
    for module in PUBLIC:
        home = import_module(module)
        for name in set(home.__all__) - set(constructors.__all__) - {"__version__"}:
            thing = getattr(home, name)
            if not isinstance(thing, (ModuleType, Config)):
                assert any(thing is other for other in documented), f"{module}.{name}"
