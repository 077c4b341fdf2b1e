"""Names that are safe to print into source."""

from __future__ import annotations

import keyword


def identifier(text: str) -> str:
    """The text as a Python name: safe to print into source, whatever the text is."""
    name = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in text)
    name = name.strip("_")[:40].rstrip("_")
    if not name or name[0].isdigit():
        return f"v_{name}"
    return f"{name}_" if keyword.iskeyword(name) else name
