"""What import contracts cannot show: file docstrings, sizes, and no clock, disk or printing in inner rooms."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "frontdesk"
FILES = sorted(SOURCE.rglob("*.py"))
INNER = ("workflows", "ticketing", "llm", "orchestrator", "insights", "interfaces", "model")
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


def room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@pytest.mark.parametrize("path", FILES, ids=name)
def test_every_file_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(tree(path)), f"{name(path)} opens without a docstring that says what the file is for"


@pytest.mark.parametrize("path", FILES, ids=name)
def test_no_file_is_too_long(path: Path) -> None:
    if any(part in name(path) for part in GENERATED):
        return
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= MOST_LINES, f"{name(path)} has {lines} lines: split it by subject"


@pytest.mark.parametrize("path", FILES, ids=name)
def test_no_function_is_too_long(path: Path) -> None:
    if any(part in name(path) for part in GENERATED):
        return
    for function in functions(tree(path)):
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        assert lines <= MOST_LINES_OF_FUNCTION, f"{name(path)}: {function.name} has {lines} lines: split it"


@pytest.mark.parametrize("path", [p for p in FILES if room(p) in INNER], ids=name)
def test_inner_rooms_touch_neither_clock_nor_disk_nor_screen(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            assert called not in FORBIDDEN_CALLS, (
                f"{name(path)}:{node.lineno} calls {called}: {FORBIDDEN_CALLS[called]}"
            )


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_blind_except_says_why(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ExceptHandler) and _is_blind(node):
            line = lines[node.lineno - 1]
            assert "#" in line, f"{name(path)}:{node.lineno} catches everything without saying why"


def _is_blind(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or (
        isinstance(handler.type, ast.Name) and handler.type.id in ("Exception", "BaseException")
    )


def test_only_app_cli_and_web_know_settings() -> None:
    allowed = {
        *("app", "back_ends", "chat_window", "cli", "customer_channels", "insight_desk", "language_models", "web"),
        "settings",
    }
    for path in FILES:
        if room(path) not in allowed:
            assert "frontdesk.settings" not in path.read_text("utf-8"), f"{name(path)}: settings are handed in by app"
