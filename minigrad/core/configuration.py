"""Settings of the library."""

from __future__ import annotations

from typing import Any


class Config:
    """Settings; a new value takes effect at once. `compile.settings` adds more of them."""

    _choices: dict[str, tuple[Any, ...]] = {}

    def add(self, name: str, *choices: Any) -> None:
        """Add a setting with these choices; the first is the default."""
        self._choices[name] = choices
        setattr(self, name, choices[0])

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self._choices:
            raise AttributeError(f"minigrad.config has no {name!r}")
        if value not in self._choices[name]:
            first, *others = map(str, self._choices[name])
            choices = ", ".join([first, *others] if len(others) < 9 else [first, "...", others[-1]])
            raise ValueError(f"config.{name} takes {choices}; got {value!r}")
        super().__setattr__(name, value)


config: Any = Config()
config.add("floatX", "float64", "float32", "float16")
