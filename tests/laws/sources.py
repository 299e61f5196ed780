"""What the laws read: every module of the package, as a syntax tree."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "sendout"


@dataclass(frozen=True)
class Module:
    """One file of the package."""

    path: Path
    name: str
    tree: ast.Module

    @property
    def place(self) -> str:
        """Its path as a person would write it."""
        return str(self.path.relative_to(ROOT))


@dataclass(frozen=True)
class Import:
    """One name that a module imports, and the line it does so on."""

    module: Module
    target: str
    line: int

    @property
    def place(self) -> str:
        """Where to look."""
        return f"{self.module.place}:{self.line}"


@cache
def tracked_files() -> list[Path]:
    """Give the files of the repository: those that git tracks, and those it would."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    paths = [ROOT / name for name in names.split("\0") if name]
    return [path for path in paths if path.is_file()]


@cache
def modules() -> dict[str, Module]:
    """Give all modules of the package by their dotted name, migrations left out."""
    found = {}
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        if "migrations" not in path.parts:
            name = dotted(path)
            found[name] = Module(path, name, ast.parse(path.read_text(), str(path)))
    return found


def dotted(path: Path) -> str:
    """Give the name that a file is imported by."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(module: Module) -> Iterator[Import]:
    """Give everything the module imports, `from package import submodule` as the submodule."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (Import(module, alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(module, node)
            for alias in node.names:
                target = f"{base}.{alias.name}"
                yield Import(module, target if target in modules() else base, node.lineno)


def _base(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = module.name.split(".")
    if module.path.name != "__init__.py":
        package = package[:-1]
    package = package[: len(package) - node.level + 1]
    return ".".join([*package, *([node.module] if node.module else [])])


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Give every function and method, nested ones too."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
