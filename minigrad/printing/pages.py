"""Self-contained pages: a function as graph, mathematics and program; rewriting in steps."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from ..compile import Function
from ..core.graph import Variable, toposort
from .diagram import Diagram
from .drawing import LARGEST, diagram_of
from .let import BECOMES
from .notation import MATHML
from .replay import Change, replay
from .svg import svg
from .typeset import in_mathml, in_short

_STYLE = """
:root{color-scheme:light dark;--mark:#ffe066;--line:#ced4da;--soft:#656d76;--old:#e03131;--new:#2f9e44}
@media(prefers-color-scheme:dark){:root{--mark:#7a5c00;--line:#495057;--soft:#adb5bd;--old:#ff8787;--new:#69db7c}}
*{box-sizing:border-box}
body{margin:0;padding:12px;font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.2rem;margin:0}h2{font-size:.8rem;font-weight:600;color:var(--soft);margin:0 0 8px}
header{display:flex;flex-wrap:wrap;gap:4px 16px;align-items:baseline;margin-bottom:10px}
header p{margin:0;color:var(--soft)}
main{display:grid;gap:10px}
section,figure{margin:0;min-width:0;padding:10px;overflow:auto;
 border:1px solid var(--line);border-radius:8px}
svg{display:block;margin:auto;max-width:100%;height:auto}math+h2{margin-top:16px}
details{margin-bottom:6px}summary{color:var(--soft);font-size:.85rem;cursor:pointer}
math{font-size:1.1rem;line-height:1.8;text-align:left}
math[display=block]{display:block math;margin:0;width:max-content}
code{display:block;width:max-content;min-width:100%;white-space:pre;padding:0 4px;
 font:12.5px/1.6 ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace}
"""

_PAGE_STYLE = """
[data-id]{cursor:pointer;border-radius:3px}
.on{background:var(--mark)}svg g.on>.mg-box{fill:var(--mark);stroke-width:3}
@media(min-width:900px){
 body{height:100vh;display:flex;flex-direction:column}
 main{flex:1;min-height:0;grid-template-columns:minmax(0,2fr) minmax(0,3fr);
  grid-auto-rows:minmax(0,1fr)}
 .graph{grid-row:span 2}}
"""

# What is pointed at is marked wherever it stands; a click keeps the mark, and shows it.
_PAGE_SCRIPT = """
const parts=[...document.querySelectorAll('[data-id]')];let kept=null;
const idOf=event=>event.target.closest('[data-id]')?.getAttribute('data-id')??null;
const mark=id=>parts.forEach(p=>p.classList.toggle('on',p.getAttribute('data-id')===id));
for(const kind of ['pointerover','focusin'])document.addEventListener(kind,e=>mark(idOf(e)??kept));
document.addEventListener('click',e=>{mark(kept=idOf(e));
 for(const s of document.querySelectorAll('section')){const p=s.querySelector('.on');
  if(!p||s.contains(e.target))continue;
  const a=p.getBoundingClientRect(),b=s.getBoundingClientRect();
  s.scrollBy({left:Math.min(0,a.left-b.left-12)||Math.max(0,a.right-b.right+12),
   top:Math.min(0,a.top-b.top-12)||Math.max(0,a.bottom-b.bottom+12),behavior:'smooth'})}});
"""

_STEPS_STYLE = """
header{position:sticky;top:0;z-index:1;background:Canvas;margin:0;padding:6px 0}
nav{display:flex;gap:8px;align-items:center}
button{font:inherit;padding:4px 14px;border:1px solid var(--line);border-radius:6px;cursor:pointer}
ol{list-style:none;margin:0;padding:0}
li{padding:6px 8px;border-radius:6px;cursor:pointer}
li.now{background:color-mix(in srgb,var(--mark) 45%,transparent)}
li math{font-size:1rem}li>div{overflow:auto hidden;padding:3px 0}
figcaption{position:sticky;left:0;top:0;width:max-content;padding:0 4px;background:Canvas;
 font-size:.8rem;font-weight:600;color:var(--soft)}
.before [data-old]>.mg-box{stroke:var(--old);stroke-width:3}
.after [data-new]>.mg-box{stroke:var(--new);stroke-width:3}
.graphs{display:grid;gap:10px}
@media(min-width:900px){main{grid-template-columns:minmax(0,1fr) minmax(0,2fr)}
 .graphs{grid-template-columns:minmax(0,1fr) minmax(0,1fr);align-items:start}
 .graphs:only-child{grid-column:1/3;grid-template-columns:minmax(0,1fr)}
 section,figure{max-height:calc(100vh - 80px)}}
@media(max-width:899px){li:not(.now){display:none}section+.graphs figure{max-height:40vh}}
"""

# Each figure shows the middle of what has changed, or its top if that is higher than the figure.
_STEPS_SCRIPT = """
const all=s=>[...document.querySelectorAll(s)],figures=all('figure'),facts=all('li');let now=0;
function show(n){now=Math.max(0,Math.min(facts.length-1,n));
 figures.forEach((f,i)=>{f.hidden=i!==now&&i!==now+1;f.className=i===now?'before':'after';
  f.firstChild.textContent=f.className;
  const box=f.querySelector(i===now?'[data-old]':'[data-new]');if(f.hidden||!box)return;
  const a=box.getBoundingClientRect(),b=f.getBoundingClientRect();
  f.scrollBy((a.left+a.right-b.left-b.right)/2,
   Math.min((a.top+a.bottom-b.top-b.bottom)/2,a.top-b.top-40))});
 facts.forEach((f,i)=>f.classList.toggle('now',i===now));
 const list=facts[now].closest('section');list.scrollTop=facts[now].offsetTop-list.offsetTop-60;
 document.querySelector('nav span').textContent=`${now+1} of ${facts.length}`}
if(facts.length){facts.forEach((f,i)=>f.onclick=()=>show(i));
 const[back,forth]=all('button');back.onclick=()=>show(now-1);forth.onclick=()=>show(now+1);
 document.onkeydown=e=>{const by={ArrowLeft:-1,ArrowRight:1}[e.key];
  if(by){show(now+by);e.preventDefault()}};
 show(0)}
"""


def page(x: Any, file: str | os.PathLike[str] | None = None, largest: int = LARGEST) -> str:
    """A page that shows graph, mathematics and program side by side.

    Pointing at a part in one marks it in the others; a click keeps the mark. Like `draw`, it shows
    the graph after the rewrites, with arrows for updates.

    Parameters
    ----------
    x : Function, Variable or list of Variable
        Only a Function has a program.
    file : str or path, optional
        The file to write: a page that needs neither network nor server.
    largest : int
        The most boxes to draw.

    Returns
    -------
    str
        The page, in HTML. Notebooks show it for a function.

    Raises
    ------
    TypeError, ValueError
        As by `draw`.

    Examples
    --------
    >>> import minigrad, minigrad.tensor as T
    >>> x = T.dvector("x")
    >>> f = minigrad.function([x], T.log(1 + T.exp(x)).sum())
    >>> "<h2>program</h2>" in page(f)
    True
    """
    drawing = diagram_of("page", x, largest)
    sections = {"graph": _picture(drawing), "mathematics": _mathematics(x, drawing)}
    if isinstance(x, Function):
        sections["program"] = _program(x, drawing.ids)
    body = "".join(
        f'<section class="{name}"><h2>{name}</h2>{text}</section>'
        for name, text in sections.items()
    )
    title = x.name if isinstance(x, Function) else "expression"
    hint = "Point at a part to see it in the others; click to keep it marked."
    header = f"<h1>{escape(title)}</h1><p>{hint}</p>"
    return _written(file, _document(title, header, body, _PAGE_STYLE, _PAGE_SCRIPT))


def steps(
    x: Any, file: str | os.PathLike[str] | None = None, most: int = 40, largest: int = LARGEST
) -> str:
    """A page that shows how expressions are rewritten: each fact used, and the graph around it.

    Arrow keys and buttons go back and forth. A fact is used wherever it holds; steps without a
    visible change are left out. Changes that a plan makes for the sizes of a call are not shown.

    Parameters
    ----------
    x : Variable, list of Variable, or Function
        For a function, its outputs and new values are shown as they were written.
    file : str or path, optional
        The file to write.
    most : int
        The largest number of steps to show. If there are more, the last one leads to the end,
        and says how many are left out.
    largest : int
        The largest number of boxes to draw at once.

    Returns
    -------
    str
        The page, HTML.

    Raises
    ------
    TypeError, ValueError
        As by `draw`.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> x = T.dvector("x")
    >>> "softplus" in steps(T.log(1 + T.exp(x)))
    True
    """
    outputs = [*x.expressions, *x.new_values] if isinstance(x, Function) else x
    drawing = diagram_of("steps", outputs, largest)
    found = replay([outputs] if isinstance(outputs, Variable) else outputs, most)
    pictures, facts = [_picture(drawing)], []
    for change, state in zip(found.changes, found.states[1:], strict=True):
        after = diagram_of("steps", [*state], largest)
        if after[:2] != drawing[:2]:  # else it is about sizes, say, which no drawing shows
            pictures[-1] = _marked(pictures[-1], drawing, change.old, "data-old")
            pictures.append(_marked(_picture(after), after, change.new, "data-new"))
            facts.append(f"<li>{escape(change.fact)}{_equation(change)}</li>")
        drawing = after
    figures = [f"<figure><figcaption></figcaption>{picture}</figure>" for picture in pictures]
    buttons = "<button>←</button><span></span><button>→</button>"
    navigation = f"<nav>{buttons if facts else 'Nothing is rewritten.'}</nav>"
    told = f"<section><ol>{''.join(facts)}</ol></section>" if facts else ""
    body = f'{told}<div class="graphs">{"".join(figures)}</div>'
    title = f"{x.name}, rewritten" if isinstance(x, Function) else "rewritten"
    header = f"<h1>{escape(title)}</h1>{navigation}"
    return _written(file, _document(title, header, body, _STEPS_STYLE, _STEPS_SCRIPT))


def _mathematics(x: Any, drawing: Diagram) -> str:
    """The equations of what is drawn, then those of the graphs in it."""
    updates = x.updates if isinstance(x, Function) else []
    outputs = x.graph.outputs if isinstance(x, Function) else x
    outputs = [outputs] if isinstance(outputs, Variable) else list(outputs)
    n_returned = len(outputs) - len(updates)
    titles = [f"{old.name or 'variable'} {BECOMES}" for old, _ in updates]
    texts = [
        in_mathml([*outputs[n_returned:], *outputs[:n_returned]], titles, True, drawing.ids.get)
    ]
    waiting = toposort(outputs)
    while waiting:
        node = waiting.pop(0)
        for graph in node.op.inner:
            inside = in_mathml(graph.outputs, [], True, drawing.ids.get)
            texts.append(f"<h2>{escape(str(node.op))}: each time</h2>{inside}")
            waiting += toposort(graph.outputs)
    return "".join(texts)


def _program(f: Function, ids: Mapping[Variable, str]) -> str:
    """The lines of the program, those about something that is drawn with its id."""
    texts = []
    for text, node in f.source_lines:
        found = next((ids[v] for v in node.outputs if v in ids), None) if node else None
        about = f' data-id="{found}" tabindex="0"' if found else ""
        texts.append(f"<code{about}>{escape(text)}</code>")
    if "<code></code>" not in texts:
        return "".join(texts)
    place = texts.index("<code></code>")
    first = f"<summary>imports and constants</summary>{''.join(texts[:place])}"
    return f"<details>{first}</details>{''.join(texts[place + 1 :])}"


# How small a drawing may become on a narrow page.
_SMALLEST = 0.7


def _picture(drawing: Diagram) -> str:
    """The drawing, as small as the page makes it, but not smaller than people can read."""
    text = svg(drawing)
    width = float(text.partition(' width="')[2].partition('"')[0])
    return text.replace("<svg ", f'<svg style="min-width:{_SMALLEST * width:.0f}px" ', 1)


def _marked(picture: str, drawing: Diagram, variables: Iterable[Variable], mark: str) -> str:
    """The picture, with a mark at the boxes of these variables."""
    for id in {drawing.ids[v] for v in variables if v in drawing.ids}:
        picture = picture.replace(f'data-id="{id}"', f'data-id="{id}" {mark}=""')
    return picture


# How much of a formula is shown beside a fact, in characters of MathML.
_LONGEST = 3000


def _equation(change: Change) -> str:
    """The equation that a change of this graph is; empty if mathematics sees no difference."""
    before, after = (in_short(v, MATHML, _LONGEST) for v in (change.before, change.after))
    return "" if before == after else f"<div><math>{before}<mo>=</mo>{after}</math></div>"


def _document(title: str, header: str, body: str, style: str, script: str) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}{style}</style></head>\n<body>"
        f"<header>{header}</header>\n<main>{body}</main>\n<script>{script}</script></body></html>\n"
    )


def _written(file: str | os.PathLike[str] | None, text: str) -> str:
    """The text, which is written to the file if there is one."""
    if file is not None:
        with open(file, "w", encoding="utf-8") as stream:
            stream.write(text)
    return text
