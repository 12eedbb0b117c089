"""Engines for PostgreSQL elsewhere, whose addresses may ask for TLS as libpq's do: `?sslmode=…&sslrootcert=…`."""

import ssl
from typing import Any

from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from frontdesk.interfaces import Invalid

MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


def remote_engine(url: URL, **arguments: Any) -> AsyncEngine:
    """An engine that connects lazily. Raises Invalid.

    `sslrootcert` is a file or the certificates themselves (PEM); without it the machine's own are trusted.
    """
    asked = {name: url.query.get(name) for name in ("sslmode", "sslrootcert")}
    how = _tls(str(asked["sslmode"] or ""), str(asked["sslrootcert"] or ""))
    connect = {**arguments.pop("connect_args", {}), **({"ssl": how} if how else {})}
    plain = url.difference_update_query(list(asked))
    return create_async_engine(plain, connect_args=connect, hide_parameters=True, **arguments)


def _tls(mode: str, certificates: str) -> str | ssl.SSLContext:
    if mode and mode not in MODES:
        raise Invalid(f"storage.url: sslmode is {mode!r}: use one of {', '.join(MODES)}", "storage.url")
    if mode in ("", "disable", "allow", "prefer") or (mode == "require" and not certificates):
        return mode
    context = ssl.create_default_context()
    context.check_hostname = mode == "verify-full"
    if not certificates:
        return context
    try:
        if certificates.lstrip().startswith("-----BEGIN"):
            context.load_verify_locations(cadata=certificates)
        else:
            context.load_verify_locations(cafile=certificates)
    except (OSError, ssl.SSLError) as error:
        raise Invalid(f"storage.url: sslrootcert cannot be used: {error}", "storage.url") from None
    return context
