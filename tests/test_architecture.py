"""What import contracts cannot show: file docstrings, sizes, and no clock, disk or printing in inner packages."""

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import grimp
import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "frontdesk"
FILES = sorted(SOURCE.rglob("*.py"))
INNER = ("workflows", "ticketing", "llm", "orchestrator", "insights", "interfaces", "model")
DOORS = ("ui", "edges", "services")
GENERATED = ("migrations/versions",)
MOST_LINES = 400
MOST_LINES_OF_FUNCTION = 50
FORBIDDEN_CALLS = {
    "open": "storage or a provider reads files",
    "print": "cli prints",
    "input": "cli asks",
    "now": "take a Clock (interfaces) instead",
    "utcnow": "take a Clock (interfaces) instead",
    "today": "take a Clock (interfaces) instead",
}


def package(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


TEXTS = {path: path.read_text("utf-8") for path in FILES}
WRITTEN = [path for path in FILES if not any(part in name(path) for part in GENERATED)]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(TEXTS[path])


def nodes(path: Path, *kinds: type[ast.AST]) -> Iterator[Any]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, kinds))


def listed(offenders: list[str]) -> str:
    return "\n" + "\n".join(offenders)


def test_every_file_says_what_it_is_for() -> None:
    found = [name(path) for path in FILES if not ast.get_docstring(tree(path))]
    assert not found, f"open without a docstring that says what the file is for: {listed(found)}"


def test_no_file_is_too_long() -> None:
    lengths = {name(path): len(TEXTS[path].splitlines()) for path in WRITTEN}
    found = [f"{file}: {lines} lines" for file, lines in lengths.items() if lines > MOST_LINES]
    assert not found, f"split them by subject: {listed(found)}"


def test_no_function_is_too_long() -> None:
    found = [
        f"{name(path)}: {function.name} has {lines} lines"
        for path in WRITTEN
        for function in nodes(path, ast.FunctionDef, ast.AsyncFunctionDef)
        if (lines := function.end_lineno - function.lineno + 1) > MOST_LINES_OF_FUNCTION
    ]
    assert not found, f"split them: {listed(found)}"


def test_inner_rooms_touch_neither_clock_nor_disk_nor_screen() -> None:
    found = [
        f"{name(path)}:{call.lineno} calls {called}: {FORBIDDEN_CALLS[called]}"
        for path in FILES
        if package(path) in INNER
        for call in nodes(path, ast.Call)
        if (called := _called(call)) in FORBIDDEN_CALLS
    ]
    assert not found, listed(found)


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def test_a_blind_except_says_why() -> None:
    found = [
        f"{name(path)}:{handler.lineno}"
        for path in FILES
        for handler in nodes(path, ast.ExceptHandler)
        if _is_blind(handler) and "#" not in TEXTS[path].splitlines()[handler.lineno - 1]
    ]
    assert not found, f"catch everything without saying why: {listed(found)}"


def _is_blind(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or (
        isinstance(handler.type, ast.Name) and handler.type.id in ("Exception", "BaseException")
    )


def test_only_cli_and_wiring_know_settings() -> None:
    allowed = {"cli", "settings", "wiring"}
    found = [name(path) for path in FILES if package(path) not in allowed and "frontdesk.settings" in TEXTS[path]]
    assert not found, f"settings are handed in by wiring: {listed(found)}"


IMPORTS = grimp.build_graph("frontdesk", cache_dir=None)
PACKAGES = sorted(each for each in IMPORTS.modules if IMPORTS.find_children(each))


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Some names that lead back to the first, if there are any."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_module_imports_itself_by_a_way_round() -> None:
    found = circle({each: IMPORTS.find_modules_directly_imported_by(each) for each in IMPORTS.modules})
    assert not found, f"open this circle (move what is shared below both): {listed(found)}"


@pytest.mark.parametrize("package", PACKAGES)
def test_files_and_folders_of_a_package_import_each_other_in_one_direction(package: str) -> None:
    found = circle(_between_children(package))
    assert not found, f"open this circle (move what is shared below both): {listed(found)}"


def _between_children(package: str) -> dict[str, set[str]]:
    """For each child of a package (with all that is in it), the siblings that it imports."""
    child_of = {
        each: child for child in IMPORTS.find_children(package) for each in (child, *IMPORTS.find_descendants(child))
    }
    graph: dict[str, set[str]] = {child: set() for child in child_of.values()}
    for each, child in child_of.items():
        reached = (child_of.get(other, child) for other in IMPORTS.find_modules_directly_imported_by(each))
        graph[child] |= {other for other in reached if other != child}
    return graph


def test_doors_know_of_storage_its_query_classes_alone() -> None:
    found = [
        f"{name(path)}:{each.lineno} imports {alias.name}"
        for path in FILES
        if package(path) in DOORS
        for each in nodes(path, ast.ImportFrom)
        if (each.module or "").startswith("frontdesk.storage")
        for alias in each.names
        if not alias.name.startswith("Stored")
    ]
    assert not found, f"move what both know to model: {listed(found)}"
