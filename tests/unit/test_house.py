"""The rules of the house that a reader could break without noticing."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "python" / "smgd"
SOURCES = sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Name every module that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_torch_is_imported_only_under_worker_and_demo(path):
    if path.relative_to(PACKAGE).parts[0] not in {"worker", "demo"}:
        assert "torch" not in roots(path)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_is_pickled(path):
    assert not roots(path) & {"pickle", "marshal", "shelve", "cloudpickle", "dill"}
    assert "torch.load(" not in path.read_text()
    assert "torch.save(" not in path.read_text()


def test_the_top_level_holds_only_what_belongs_there():
    fixed = {"Cargo.toml", "Cargo.lock", "pyproject.toml", "rust", "python", "tests", "benches"}
    fixed |= {"Dockerfile", "README.md", "LICENSE", "CHANGELOG.md"}
    made = {"target"}
    there = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert there - made == fixed


def test_the_server_never_loads_torch():
    loads = "import sys, smgd.cli, smgd.app, smgd.engine; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loads], check=False).returncode == 0


def test_the_core_forbids_unsafe_code():
    assert "#![forbid(unsafe_code)]" in (ROOT / "rust/core/src/lib.rs").read_text()


def test_the_core_has_no_sockets_clock_threads_or_python():
    forbidden = ("std::net", "std::time", "std::thread", "SystemTime", "Instant::now", "pyo3")
    for path in (ROOT / "rust/core/src").rglob("*.rs"):
        found = [word for word in forbidden if word in path.read_text()]
        assert not found, f"{path.relative_to(ROOT)} uses {found}"
