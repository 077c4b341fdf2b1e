"""The pages of docs/ that are notebooks."""

from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
TEXTS = {
    path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted(DOCS.rglob("*.md"))
}
LESSONS = [name for name, text in TEXTS.items() if text.startswith("---\nfile_format: mystnb\n")]
