"""The directive `names`: the entries of a page of the reference, from docstrings.

    ```{names} minigrad.tensor
    exp log maximum
    ```

It begins with a table of the names and what each is. A function of one variable, which is a line of
the table or is named after `:drawn:`, is drawn with its derivative. A second name of the same thing
only says so.
"""

from __future__ import annotations

import inspect
import re
from functools import lru_cache
from importlib import import_module
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from figures import figure
from sphinx import addnodes
from sphinx.domains.python import PyObject
from sphinx.ext.napoleon import NumpyDocstring
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

from minigrad.core.elementwise import Elementwise, bits, truth
from minigrad.core.graph import Op

GLUE = "\N{ZERO WIDTH SPACE}"  # between names of one field, which a space would part


def escaped(words: str) -> str:
    """Return lines as text: to reStructuredText |x| is a reference, and `B. T. Polyak` an item B.

    The minus of -x is a sign of its own, after which no line ends, as is that of x - 1.
    """
    parts = re.split("(`+.*?`+)", words, flags=re.S)
    text = "".join(part if part[:1] == "`" else as_text(part) for part in parts)
    return re.sub(r"^(\s*)(?=[A-Z]\. [A-Z])", r"\1\\", text, flags=re.M)


def as_text(words: str) -> str:
    """Return words without code as reStructuredText has them."""
    minus = r"(?<![\w\-<>*])-(?=[\w(Σ])|(?<=[\w)\]] )-(?= [\w(|√Σ])"
    words = re.sub(r"(?<=\d) %", "\N{NO-BREAK SPACE}%", words)
    return re.sub(minus, "−", words).replace("|", r"\|")


def escape_text(app, what, name, thing, options, lines: list[str]) -> None:
    """Escape what a docstring says, but for its examples. Code may go on in the next line."""
    paragraphs = re.split(r"(\n\s*\n)", "\n".join(lines))
    for i, paragraph in enumerate(paragraphs):
        words = re.split(r"^(?=\s*>>>)", paragraph, maxsplit=1, flags=re.M)[0]
        paragraphs[i] = escaped(words) + paragraph[len(words) :]
    lines[:] = "".join(paragraphs).split("\n")


def join_words(app, what, name, thing, options, lines: list[str]) -> None:
    """Join the first line of an attribute's docstring, `words: more`, whose words became its type."""
    if what in ("attribute", "data", "property"):
        types = [line for line in lines if line.startswith(":type: ")]
        for line in types:
            lines.remove(line)
            lines[0] = f"{line.removeprefix(':type: ')}: {lines[0]}"


def name_attributes(app, what, name, thing, options, lines: list[str]) -> None:
    """Keep the names of `:ivar a, b_: text` together; here a would be a type, and b_ a link."""

    def field(match: re.Match[str]) -> str:
        names = re.sub("_(?=,|$)", r"\\_", match[2])
        return f":{match[1]} {names.replace(' ', GLUE)}:"

    lines[:] = [re.sub(r"^:(ivar|vartype) ([\w, ]+):", field, line) for line in lines]


def space_attributes(app, doctree: nodes.document) -> None:
    """Write the space between such names again."""
    for name in list(doctree.findall(addnodes.literal_strong)):
        name[:] = [nodes.Text(name.astext().replace(GLUE, " "))]


def show_constants(app, what, name, thing, options, signature, returned) -> tuple | None:
    """Write a default that is a constant of a module, `seed=SEED`, as its value."""

    def shown(match: re.Match[str]) -> str:
        return f"={getattr(inspect.getmodule(thing), match[1])!r}"

    return signature and (re.sub(r"=(_?[A-Z][A-Z_]+)\b", shown, signature), returned)


def unlink_words(app, doctree: nodes.document) -> None:
    """Let a small word in a type be a word, as in `array of shape (n, m)`: classes have capitals.

    So is a parameter in its own entry, though the module may have a function of its name.
    """
    for reference in list(doctree.findall(addnodes.pending_xref)):
        target = reference["reftarget"]
        is_class = reference["refdomain"] == "py" and reference["reftype"] == "class"
        is_type = is_class and target.rpartition(".")[2][:1].islower()
        if is_type or target in parameters(signature_over(reference)):
            reference.replace_self(reference.children)


def signature_over(node: nodes.Node) -> nodes.Node:
    """Return the signature of the entry that a node is in; of no entry, an empty node."""
    while node and not isinstance(node, addnodes.desc):
        node = node.parent
    return node[0] if node else addnodes.desc_signature()


def link_elsewhere(app, env, node: addnodes.pending_xref, name: nodes.Node) -> nodes.Node | None:
    """Link to a name of another module, written without it, that is no parameter on the page."""
    domain, target = env.domains["py"], re.sub(r"^T\.", "minigrad.tensor.", node["reftarget"])
    if node["refdomain"] != "py" or target in parameters(node.document):
        return None
    names = [
        found
        for found, entry in domain.objects.items()
        if f".{found}".endswith(f".{target}") and entry.objtype in ("class", "data", "function")
    ]
    if not names:
        return None
    place = domain.objects[min(names, key=len)]
    return make_refnode(app.builder, node["refdoc"], place.docname, place.node_id, [name], target)


@lru_cache(maxsize=1)
def parameters(node: nodes.Node) -> set[str]:
    """Return the names of all parameters of the entries of a page, or in a signature."""
    return {p.astext().partition("=")[0] for p in node.findall(addnodes.desc_parameter)}


def first_line(thing: Any) -> str:
    """Return what the docstring says first, without its full stop."""
    paragraph = (inspect.getdoc(thing) or "").partition("\n\n")[0]
    return escaped(paragraph.replace("\n", " ").rstrip(".:"))


def second_names(things: dict[str, Any]) -> dict[str, str]:
    """Return the names of things that have another name too, and that: their own, or the first."""
    found = {}
    for name, thing in things.items():
        names = [other for other in things if things[other] is thing]
        own = getattr(thing, "__name__", None)
        first = own if own in names else names[0]
        if first != name:
            found[name] = first
    return found


def entry(name: str, thing: Any, config: Any) -> list[str]:
    """Return the lines of reStructuredText that describe a name."""
    if isinstance(thing, Elementwise):
        inputs = thing.vjp.__code__.co_varnames[: thing.n_inputs] if thing.vjp else "xy"
        signature = f"{name}({', '.join(inputs[: thing.n_inputs])})"
        return [
            f".. py:function:: {signature}",
            "",
            *["   " + escaped(line) for line in inspect.getdoc(thing).splitlines()],
        ]
    if (
        inspect.isclass(thing) and thing.__name__ != name
    ):  # else autodoc would say no more than that
        lines = NumpyDocstring(inspect.getdoc(thing), config, what="class").lines()
        escape_text(None, "class", name, thing, None, lines)
        return [f".. py:class:: {name}()", "", *["   " + line for line in lines]]
    if inspect.isclass(thing) and issubclass(thing, BaseException):
        return [f".. autoexception:: {name}", "   :members:"]
    if inspect.isclass(thing):
        # An operation is what it computes; how it keeps the protocol is told with Op.
        is_operation = issubclass(thing, Op) and thing is not Op
        return [f".. autoclass:: {name}", *["   :members:"] * (not is_operation)]
    if callable(thing):
        return [f".. autofunction:: {name}"]
    return [f".. autodata:: {name}", "   :no-value:"]


def is_of_one_number(thing: Any) -> bool:
    """Whether it is a line of the table, of one number, that makes a number."""
    return (
        isinstance(thing, Elementwise) and thing.n_inputs == 1 and thing.result not in (bits, truth)
    )


class Names(SphinxDirective):
    """The entries of some names of a module."""

    required_arguments = 1
    has_content = True
    option_spec = {"drawn": directives.unchanged, "no-table": directives.flag}

    def run(self) -> list[nodes.Node]:
        module, names = self.arguments[0], " ".join(self.content).split()
        drawn = self.options.get("drawn", "").split()
        home = import_module(module)
        things = {name: getattr(home, name) for name in names}
        same = second_names(things)
        found = []
        if "no-table" not in self.options:
            rows = [".. list-table::", "   :widths: 25 75", "   :class: names", ""]
            for name, thing in things.items():
                first = (
                    f"Another name of `{module}.{same[name]}`"
                    if name in same
                    else first_line(thing)
                )
                rows += [f"   * - `{module}.{name}`", f"     - {first}"]
            rows = [row.replace(f"`{module}.", f":py:obj:`~{module}.") for row in rows]
            found += self.parsed([f".. currentmodule:: {module}", "", *rows])
        for name, thing in things.items():
            lines = entry(name, thing, self.config)
            if name in same:
                lines = [f".. py:data:: {name}", "", f"   Another name of `{same[name]}`."]
            nodes_of_entry = self.parsed([f".. currentmodule:: {module}", "", *lines])
            if name in drawn or is_of_one_number(thing):
                (description,) = [n for n in nodes_of_entry if isinstance(n, addnodes.desc)]
                description[-1] += figure(name, thing)
            found += nodes_of_entry
        return found

    def parsed(self, lines: list[str]) -> list[nodes.Node]:
        """Return what lines of reStructuredText say."""
        fenced = ["```{eval-rst}", *lines, "```"]
        place = self.get_source_info()[0]
        parent = nodes.Element()
        self.state.nested_parse(StringList(fenced, place), self.content_offset, parent)
        return parent.children


def setup(app):
    for field in PyObject.doc_field_types:
        if field.name == "variable":  # which is another thing here
            field.label = "Attributes"
    app.connect("autodoc-process-docstring", escape_text)
    app.connect("autodoc-process-signature", show_constants)
    for mend in (join_words, name_attributes):
        app.connect("autodoc-process-docstring", mend, priority=600)  # after napoleon
    app.connect("doctree-read", unlink_words)
    app.connect("doctree-read", space_attributes)
    app.connect("missing-reference", link_elsewhere)
    app.add_directive("names", Names)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
