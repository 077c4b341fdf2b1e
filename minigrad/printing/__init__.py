"""Print graphs for people: as a formula (`pp`), or as a tree (`debugprint`)."""

from .formula import pp, pprint
from .tree import debugprint

__all__ = ["debugprint", "pp", "pprint"]
