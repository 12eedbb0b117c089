"""What HANA would refuse and a look at the text does not show: found in the statements before they become text."""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, LargeBinary, Select, Text
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList, Label, UnaryExpression
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import JSON

PREDICATES = (BinaryExpression, BooleanClauseList, UnaryExpression)
MAY_COMPARE = {operators.like_op, operators.not_like_op, operators.is_, operators.is_not}


class Refused(AssertionError):
    """HANA would not take this statement."""


def look(statement: Any) -> None:
    """Raises Refused for what HANA would not take; text is left to the driver."""
    if not isinstance(statement, visitors.ExternallyTraversible):
        return
    locked = statement if isinstance(statement, Select) else None
    for each in visitors.iterate(statement):
        if isinstance(each, Select):
            if each._for_update_arg is not None and each is not locked:
                raise Refused(f"a lock within a sub-query: {each}")
            for column in each.selected_columns:
                _no_predicate(column, "a column")
            for key in (*each._order_by_clauses, *each._group_by_clauses):
                _no_large(key, "sorted or grouped by")
            if each._distinct:
                for column in each.selected_columns:
                    _no_large(column, "made distinct")
        if isinstance(each, FunctionElement):
            for argument in each.clauses:
                _no_predicate(argument, f"an argument of {each.name}")
            if each.name in ("nullif", "min", "max", "count"):
                for argument in each.clauses:
                    _no_large(argument, f"an argument of {each.name}")
        if isinstance(each, BinaryExpression) and _compares(each.operator):
            _no_large(each.left, "compared")
            _no_large(each.right, "compared")


def _compares(operator: Any) -> bool:
    return operators.is_comparison(operator) and operator not in MAY_COMPARE


def _bare(column: Any) -> Any:
    while isinstance(column, Label):
        column = column.element
    return column


def _type(column: ColumnElement[Any]) -> Any:
    return column.type._variant_mapping.get("hana", column.type)


def _no_predicate(column: Any, where: str) -> None:
    inner = _bare(column)
    if isinstance(inner, PREDICATES) and isinstance(inner.type, Boolean):
        raise Refused(f"a condition as {where}: {inner}")


def _no_large(key: ColumnElement[Any], what: str) -> None:
    inner = _bare(key)
    while isinstance(inner, UnaryExpression):
        inner = inner.element
    if isinstance(inner, ColumnElement) and isinstance(_type(inner), Text | LargeBinary | JSON):
        raise Refused(f"a large object is {what}: {inner}")
