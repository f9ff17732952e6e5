"""README's tables, made from the code that they describe.

python -m smgd.readme README.md
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from smgd import settings
from smgd._core import Error
from smgd.routes import TABLE, Level


def endpoints() -> str:
    """Every route, and whether it wants a key once keys are set."""
    need = {Level.KEY: "yes", Level.OPEN: "no"}
    rows = [f"| `{row.method} {row.path}` | {need[row.level]} |" for row in TABLE]
    return "\n".join(["| endpoint | needs a key |", "|---|---|", *rows])


def errors() -> str:
    """Every error a client can see, with an example of its sentence."""
    samples = sorted(Error.samples(), key=lambda error: (error.status, error.code))
    rows = [f"| {error.status} | `{error.code}` | {error} |" for error in samples]
    return "\n".join(["| status | code | for example |", "|---|---|---|", *rows])


TABLES: Mapping[str, Callable[[], str]] = {
    "options": settings.markdown,
    "endpoints": endpoints,
    "errors": errors,
}


def renewed(text: str) -> str:
    """README with each table between its marks as the code has it now. raises ValueError"""
    for name, table in TABLES.items():
        before, mark, rest = text.partition(f"<!-- {name} -->")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        if not end:
            raise ValueError(f"README has no <!-- {name} --> ... <!-- /{name} -->")
        text = f"{before}{mark}\n{table()}\n{end}{after}"
    return text


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")
