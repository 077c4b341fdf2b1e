"""Sphinx's settings: what the site is made of. `sphinx-build -W docs docs/_build` makes it.

The pages need no network: mathematics is drawn at build, and styles and scripts lie beside them.
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "_extensions"), str(HERE.parent)]

project = "minigrad"
author = "the authors of minigrad"
html_title = "minigrad"

extensions = [
    "myst_nb",  # pages in Markdown, and their cells run
    "sphinx_design",  # dropdowns and cards
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx.ext.linkcode",
    # of this folder, `_extensions`:
    "mathematics",
    "sources",
    "reference",
    "derivatives",
    "lessons",
    "drawings",
    "plots",
    "literals",
    "spaces",
    "messages",
]
exclude_patterns = ["_build", "_extensions", "_templates", "**.ipynb"]

# Pages: Markdown as GitHub shows it, with mathematics and directives.
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "amsmath", "attrs_inline"]
myst_heading_anchors = 3

# Cells: each page in a kernel and a folder of its own; an error ends the build.
nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_merge_streams = True
nb_code_prompt_show = "Show a solution"
nb_code_prompt_hide = "Hide the solution"

# Docstrings: NumPy's style; what stands in single backticks is code.
default_role = "py:obj"
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_preserve_defaults = True
autosummary_generate = False
napoleon_google_docstring = False
napoleon_use_ivar = True  # attributes are a list, beside the members
napoleon_use_rtype = False
napoleon_use_param = False  # parameters that are told together stay together

html_theme = "furo"
templates_path = ["_templates"]
pygments_dark_style = "github-dark"
html_static_path = ["_static"]
html_css_files = ["shadows.css", "site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_theme_options = {"navigation_with_keys": True}
