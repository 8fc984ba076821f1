"""The map of the house. A room may import what its line names, and nothing else."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Lazy and type-only imports count as well. What stands above knows nothing of what stands below.
MAY_IMPORT = {
    "resources": "",
    "version": "",
    "terminal": "",
    "diagnostics": "terminal",
    "ir": "",
    "uses": "",
    "conditioning": "",
    "response": "conditioning",
    "runtime": "conditioning uses",
    "catalogue": "ir uses",
    "syntax": "diagnostics resources",
    "semantics": "syntax diagnostics catalogue ir",
    "hyper": "catalogue ir",
    "layers": "catalogue ir response conditioning",
    "augment": "catalogue ir",
    "losses": "catalogue ir",
    "optimisers": "catalogue ir runtime",
    "data": "catalogue ir runtime",
    "methods": "catalogue ir runtime conditioning uses search data",
    "search": "catalogue ir runtime runs methods",
    "lowering": "diagnostics catalogue ir hyper response losses runtime conditioning",
    "runs": "ir runtime version",
    "distributed": "runtime conditioning runs",
    "reporting": "terminal runtime",
    "testing": "losses optimisers syntax diagnostics catalogue ir runtime response uses "
    "conditioning",
    "pytest_plugin": "",
    "standard": "catalogue hyper layers augment losses optimisers data methods",
    "overrides": "semantics syntax diagnostics catalogue",
    "spec_files": "syntax diagnostics resources",
    "editors": "semantics syntax diagnostics catalogue ir compiler version",
    "anchoring": "overrides semantics syntax catalogue ir emitting",
    "compiler": "anchoring overrides semantics syntax diagnostics catalogue ir standard",
    "explanations": "diagnostics",
    "planning": "catalogue ir reporting data lowering tuning runtime conditioning",
    "draft": "catalogue ir data diagnostics syntax",
    "differences": "ir",
    "modules": "catalogue ir standard conditioning response runtime lowering tuning",
    "tuning": "catalogue ir standard lowering data hyper optimisers runtime response conditioning",
    "emitting": "terminal catalogue ir",
    "influence": "methods",
    "diagnosis": "methods runtime conditioning",
    "pages": "catalogue ir runs reporting editors",
    "jobs": "semantics catalogue ir standard emitting pages influence diagnosis methods "
    "conditioning data planning lowering tuning runtime runs reporting search distributed "
    "uses",
    "python": "catalogue ir standard spec_files compiler reporting jobs",
}
# The same within `semantics`; what lies beside these rooms puts them together.
IN_SEMANTICS = {
    "errors": "",
    "scope": "errors",
    "arguments": "scope errors",
    "declarations": "arguments scope errors",
    "network": "declarations arguments scope errors",
    "sections": "declarations arguments scope errors",
    "including": "scope errors",
}
FREE = {"cli", "__init__", "__main__"}
COMMANDS = ("train", "resume", "compare", "diagnose", "report", "influence", "schedule", "export")
FRONT = (
    *(f"cli.{name}" for name in COMMANDS),
    "cli",
    "compiler",
    "explanations",
    "planning",
    "emitting.plain",
    "python",
    "standard",
)
HOUSE = Path(__file__).parents[1] / "hypertune"
MODULES = sorted(HOUSE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


def imports(path: Path, within: str = "hypertune.") -> Iterator[str]:
    """The rooms that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        inside = (name.removeprefix(within) for name in names if name.startswith(within))
        yield from (name.split(".")[0] for name in inside)


def test_imports_follow_the_map():
    edges = {(room(path), there) for path in MODULES for there in imports(path)}
    wrong = {
        f"{here} -> {there}"
        for here, there in edges
        if here not in FREE and here != there and there not in MAY_IMPORT.get(here, "").split()
    }
    assert wrong == set()


def test_imports_within_semantics_follow_their_map():
    for here, allowed in IN_SEMANTICS.items():
        modules = (HOUSE / "semantics" / here).rglob("*.py")
        found = {there for path in modules for there in imports(path, "hypertune.semantics.")}
        assert found <= {here, *allowed.split()}, here
    rooms = {path.parent.name for path in (HOUSE / "semantics").glob("*/__init__.py")}
    assert rooms == IN_SEMANTICS.keys()


def test_the_map_has_no_rooms_that_are_gone():
    rooms = {room(path) for path in MODULES}
    assert set(MAY_IMPORT) == rooms - FREE


def test_no_import_is_relative():
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert not [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.level]


@pytest.mark.parametrize("name", FRONT)
def test_the_front_half_loads_without_torch(name):
    heavy = "torch", "numpy", "sklearn", "torchvision", "rich", "cattrs"
    code = f"import sys, hypertune.{name}; print(*set({heavy}) & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_no_file_passes_400_lines():
    sizes = {str(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: size for name, size in sizes.items() if size > 400} == {}


def test_nothing_here_unpickles_or_evaluates_text():
    risky = {"eval", "exec", "compile", "__import__"}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert not {alias.name for alias in node.names} & {"pickle", "dill", "shelve"}
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in risky, f"{path.name}: {node.func.id}"
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "torch.load":
                raise AssertionError(f"{path.name}: torch.load")


def test_a_small_training_loads_no_package_that_it_does_not_use(tmp_path):
    heavy = {"torch._dynamo", "sympy", "optuna", "sklearn", "matplotlib", "rich"}
    code = (
        "import sys\nfrom hypertune.cli import main\n"
        "main(sys.argv[1:], standalone_mode=False)\n"
        f"print(*{heavy} & set(sys.modules))"
    )
    command = ["train", "quickstart", "--epochs", "1", "--device", "cpu", "--out", "run"]
    done = subprocess.run(
        [sys.executable, "-c", code, *command],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.stdout.splitlines()[-1:] == [""], done.stderr
