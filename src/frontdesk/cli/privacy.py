"""`frontdesk privacy`: what is kept about a person, as an archive; its erasure; and how long data is kept."""

from pathlib import Path

import click

from frontdesk.cli.framework.opening import Container, with_container
from frontdesk.cli.framework.registry import command, group
from frontdesk.cli.framework.showing import print_table, table
from frontdesk.cli.root import frontdesk
from frontdesk.model import Role
from frontdesk.model.privacy import Erasure, PersonFound, Retention

BY = "command line"


@group(frontdesk, "privacy")
def privacy() -> None:
    """What is kept about people: export it, erase it, see how long it is kept."""


@command(privacy, "export", role=Role.ADMIN, example="frontdesk privacy export kim@example.com --output kim.zip")
@click.argument("person")
@click.option("--output", type=click.Path(dir_okay=False), required=True, help="Write the archive here.")
def export(person: str, output: str) -> None:
    """Write everything about a person as one archive: data.json and all files.

    A person is an address on any channel, a phone number, a customer number, contact:NUMBER or customer:NUMBER. All
    addresses of the same contact go together.
    """
    counts = with_container(lambda container: _export(container, person, Path(output)))
    print_table([(kind, f"{number:,}") for kind, number in counts.items()])


@command(
    privacy,
    "erase",
    role=Role.ADMIN,
    example="frontdesk privacy erase kim@example.com\nfrontdesk privacy erase contact:12 --yes",
)
@click.argument("person")
@click.option("--yes", is_flag=True, help="Erase it. Without this the command only says what it would erase.")
def erase(person: str, yes: bool) -> None:
    """Erase a person: words, names, addresses, files, and what was learnt. Counts and costs stay.

    It cannot be undone. Back-ups hold what they held: see docs/reference/privacy.md.
    """
    found, erased = with_container(lambda container: _erase(container, person, yes))
    click.echo("\n".join(_told(found, "erased" if erased else "would erase")))
    click.echo(f"erasure {erased.id}" if erased else "nothing was erased: add --yes to do it", err=True)


@command(privacy, "list", role=Role.ADMIN, example="frontdesk privacy list")
def list_erasures() -> None:
    """List past erasures: their id, when, by whom, and the numbers that the contacts had."""
    rows = [_erasure(each) for each in with_container(lambda container: container.people.privacy.erasures())]
    print_table(rows, none="nobody was erased yet")


@command(privacy, "retention", role=Role.ADMIN, example="frontdesk privacy retention")
def retention() -> None:
    """Say for how many days each kind of data is kept, and how much would go now.

    A server lets it go once an hour. The settings are those of [retention_days].
    """
    rows = with_container(lambda container: container.people.retention.preview())
    print_table([_retention(each) for each in rows])


async def _export(container: Container, person: str, output: Path) -> dict[str, int]:
    with output.open("wb") as target:
        try:
            counts = await container.people.privacy.export(person, target, BY)
        except BaseException:  # whatever ended it, half an archive must not lie there
            output.unlink()
            raise
    return {kind.value: number for kind, number in counts.items()}


async def _erase(container: Container, person: str, yes: bool) -> tuple[PersonFound, Erasure | None]:
    found = await container.people.privacy.preview(person, BY)
    return found, (await container.people.privacy.erase(person, BY)).value if yes else None


def _told(found: PersonFound, how: str) -> list[str]:
    people = [f"contact:{each}" for each in found.contacts] + [f"customer:{each}" for each in found.customers]
    lines = [f"{how}  {' '.join([*people, *found.addresses])}"]
    lines += [f"  {line}" for line in table([(kind.value, f"{number:,}") for kind, number in found.counts.items()])]
    if found.shared:
        lines.append(f"others wrote in {found.shared:,} of the interactions: there only what is this person's goes")
    lines += [f"another system keeps data of its own: {each}" for each in found.outside]
    return lines


def _erasure(each: Erasure) -> tuple[str, ...]:
    contacts = " ".join(f"contact:{number}" for number in each.contacts)
    return each.id, f"{each.at:%Y-%m-%d %H:%M}Z", each.by, f"{sum(each.counts.values()):,} rows", contacts


def _retention(each: Retention) -> tuple[str, ...]:
    kept = f"{each.days:,} days" if each.days else "for ever"
    return each.category.value, kept, f"{each.due:,} would go now" if each.days else ""
