"""`frontdesk audit`: who came in, who was refused, who took data out, who changed what others may do."""

import click

from frontdesk.cli.framework.opening import Container, all_rows, with_container
from frontdesk.cli.framework.registry import FAILURE, command, group
from frontdesk.cli.framework.showing import as_json, print_table
from frontdesk.cli.root import frontdesk
from frontdesk.model import Role
from frontdesk.model.audit import AuditCheck, AuditFilter, AuditRecord


@group(frontdesk, "audit")
def audit() -> None:
    """The audit trail: list it, verify it."""


@command(audit, "list", role=Role.ADMIN, example="frontdesk audit list --kind sign_in_refused --limit 20")
@click.option("--kind", default="", help="Only lines of this kind, such as signed_in, refused, key_added.")
@click.option("--by", default="", help="Only what this person, key or program did.")
@click.option("--subject", default="", help="Only what was done to this: an address, a key, a channel.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="At most so many.")
def list_records(kind: str, by: str, subject: str, limit: int) -> None:
    """List the newest lines: when, what, by whom, from where, to what."""
    rows = [
        _row(each)
        for each in with_container(lambda container: _newest(container, AuditFilter(kind, by, subject), limit))
    ]
    print_table(rows)


@command(audit, "verify", role=Role.ADMIN, example="frontdesk audit verify")
@click.option(
    "--digest", default="", help="A digest that was printed before: the line that it belongs to must be there."
)
@click.pass_context
def verify(ctx: click.Context, digest: str) -> None:
    """Check that every line is as it was written.

    Prints how many lines there are and the digest of the last one. Keep that elsewhere: whoever can write to the
    database could make the whole chain anew, and --digest finds that. The exit code is 1 where a line was changed,
    added or taken out.
    """
    found, known = with_container(lambda container: _verify(container, digest))
    click.echo(f"{found.lines:,} lines, the last with digest {found.digest or 'none'}")
    if found.broken is not None:
        click.echo(f"frontdesk: line {found.broken}: {found.reason}", err=True)
    if not known:
        click.echo("frontdesk: no line has this digest: the trail was made anew", err=True)
    if found.broken is not None or not known:
        ctx.exit(FAILURE)


async def _newest(container: Container, wanted: AuditFilter, limit: int) -> list[AuditRecord]:
    return await all_rows(lambda most, at: container.people.audit.page(wanted, most, at), limit)


async def _verify(container: Container, digest: str) -> tuple[AuditCheck, bool]:
    return await container.people.audit.verify(), not digest or await container.people.audit.has(digest)


def _row(record: AuditRecord) -> tuple[str, ...]:
    at = f"{record.at:%Y-%m-%d %H:%M:%S}Z"
    detail = as_json(dict(record.detail)) if record.detail else ""
    return at, record.kind, record.by, record.place, record.subject, detail
