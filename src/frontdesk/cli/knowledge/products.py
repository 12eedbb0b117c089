"""`frontdesk products` and `frontdesk orders`: what is sold, and the embedded order book."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from frontdesk.cli.files.records import open_source, read_records
from frontdesk.cli.framework.opening import Container, all_rows, with_container
from frontdesk.cli.framework.registry import FAILURE, command, group
from frontdesk.cli.framework.showing import as_json, print_table
from frontdesk.cli.root import frontdesk
from frontdesk.interfaces import Invalid
from frontdesk.model import Role
from frontdesk.model.knowledge import Order, Product

if TYPE_CHECKING:
    from frontdesk.knowledge.entries import Fields

T = TypeVar("T")


@group(frontdesk, "products")
def products() -> None:
    """Products: import, list."""


@group(frontdesk, "orders")
def orders() -> None:
    """The embedded order book: import, list, show."""


@command(products, "import", role=Role.SUPERVISOR, example="frontdesk products import products.csv")
@click.argument("file")
@click.pass_context
def import_products(ctx: click.Context, file: str) -> None:
    """Store products from CSV or JSONL: number, name, aliases, attributes.

    In CSV, bars stand between the parts of a list, and an attribute is written as `capacity: 8 kg`. Importing again
    changes what differs. Bad lines are named on standard error, the rest goes in, and the exit code is 1.
    """
    from frontdesk.knowledge.entries import PRODUCT_FIELDS, product_of

    found, problems = _read(file, product_of, PRODUCT_FIELDS)
    _store(ctx, found, problems, lambda container: container.knowledge.products.put_all(found))


@command(products, "list", role=Role.AGENT, example="frontdesk products list --text washer")
@click.option("--text", default="", help="The beginning of a number, or a part of a name.")
@click.option("--json", "plain", is_flag=True, help="One JSON object a line.")
def list_products(text: str, plain: bool) -> None:
    """List products by number."""
    found = with_container(
        lambda container: all_rows(lambda most, at: container.knowledge.products.page(most, at, text))
    )
    _show(found, plain, lambda each: (each.number, each.name, ", ".join(each.aliases)), "no products")


@command(orders, "import", role=Role.SUPERVISOR, example="frontdesk orders import orders.csv")
@click.argument("file")
@click.pass_context
def import_orders(ctx: click.Context, file: str) -> None:
    """Store orders from CSV or JSONL.

    Fields: number, state (received, in_preparation, partly_shipped, shipped, delivered, cancelled, returned),
    customer_id, name, email, phone, postal_code, lines, ordered_on, expected_on, shipped_on, delivered_on, carrier,
    tracking, tracking_url, blocked. Only the number is needed. In CSV, a line of an order is written as `2 x W-8
    LavaStar 8`, with bars between lines. Importing again changes what differs. Bad lines are named on standard error,
    the rest goes in, and the exit code is 1.
    """
    from frontdesk.knowledge.entries import ORDER_FIELDS, order_of

    found, problems = _read(file, order_of, ORDER_FIELDS)
    _store(ctx, found, problems, lambda container: container.knowledge.order_book.put_all(found))


@command(orders, "list", role=Role.AGENT, example="frontdesk orders list --text 100205")
@click.option("--text", default="", help="A number, a customer number or an e-mail address.")
@click.option("--json", "plain", is_flag=True, help="One JSON object a line.")
def list_orders(text: str, plain: bool) -> None:
    """List the orders of the embedded order book, the highest number first."""
    found = with_container(
        lambda container: all_rows(lambda most, at: container.knowledge.order_book.page(most, at, text))
    )
    _show(found, plain, lambda each: (each.number, each.state.value, each.customer_id, each.name), "no orders")


@command(orders, "show", role=Role.AGENT, example="frontdesk orders show 558431")
@click.argument("number")
def show_order(number: str) -> None:
    """Print an order as JSON, out of the system that is set up for orders."""
    import msgspec

    order = with_container(lambda container: container.knowledge.orders.order(number))
    if order is None:
        raise Invalid(f"there is no order {number}")
    click.echo(as_json(msgspec.to_builtins(order)))


def _read(file: str, make: "Callable[[Fields], T]", known: frozenset[str]) -> tuple[list[T], list[str]]:
    """What a file holds, and what is wrong with it by line."""
    found: list[T] = []
    problems: list[str] = []
    strange: set[str] = set()
    with open_source(file) as source:
        for record in read_records(source, file, needed="number"):
            strange |= record.fields.keys() - known
            try:
                if record.problem:
                    raise Invalid(record.problem)
                found.append(make(record.fields))
            except Invalid as error:
                problems.append(f"line {record.line}: {error}")
    if strange:
        click.echo(f"not taken: {', '.join(sorted(strange))}", err=True)
    return found, problems


def _store(
    ctx: click.Context,
    found: Sequence[Product] | Sequence[Order],
    problems: Sequence[str],
    put: "Callable[[Container], Awaitable[tuple[int, int]]]",
) -> None:
    added, changed = with_container(put)
    for line in problems:
        click.echo(line, err=True)
    unchanged = len(found) - added - changed
    click.echo(f"{added:,} added, {changed:,} changed, {unchanged:,} unchanged, {len(problems):,} refused")
    if problems:
        ctx.exit(FAILURE)


def _show(found: Sequence[Any], plain: bool, row: Callable[[Any], Sequence[str]], none: str) -> None:
    import msgspec

    if plain:
        click.echo("".join(f"{as_json(msgspec.to_builtins(each))}\n" for each in found), nl=False)
    else:
        print_table([row(each) for each in found], none=none)
