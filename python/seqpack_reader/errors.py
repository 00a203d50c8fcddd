"""What is wrong, as a sentence for people and a code for programs."""

import json
import re
from difflib import get_close_matches
from typing import Any

# What a terminal would obey, or what turns text around.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class SeqpackError(ValueError):
    """Says what is wrong, where, and what to do; `code` is that of the command's error."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(_CONTROLS.sub(lambda c: f"\\u{ord(c[0]):04x}", sentence))
        self.code = code

    def __reduce__(self) -> tuple[Any, ...]:
        # So that it crosses to another process, as from a worker of a data loader.
        return SeqpackError, (self.code, str(self))


def quoted(value: object) -> str:
    """A value in a sentence, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= 200 else f"{text[:200]}... ({len(text)} characters)"


def require_choice(option: str, kind: str, value: object, choices: list[str]) -> None:
    if isinstance(value, str) and value in choices:
        return
    near = get_close_matches(value, choices, 1) if isinstance(value, str) else []
    meant = f" (did you mean {near[0]}?)" if near else ""
    raise SeqpackError(
        "unknown-name",
        f"{option} is {quoted(value)}, and there is no such {kind}{meant}: give one of {', '.join(choices)}.",
    )


def require_whole(option: str, value: object, least: int, most: int | None = None) -> None:
    is_whole = not isinstance(value, bool) and hasattr(value, "__index__")
    if is_whole and value.__index__() >= least and (most is None or value.__index__() <= most):
        return
    span = f"of at least {least}" if most is None else f"from {least} to {most}"
    raise SeqpackError("bad-option", f"{option} is {quoted(value)}: give a whole number {span}.")
