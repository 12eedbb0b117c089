"""Second factors: one-time passwords by time (TOTP, RFC 6238), and recovery codes that work once each."""

import base64
import hmac
import re
import secrets

import pyotp
from sqlalchemy import Connection, select, update

from frontdesk.interfaces import Invalid
from frontdesk.model.translatable import tr
from frontdesk.storage.people.audited import Audited
from frontdesk.storage.people.names import hash_of
from frontdesk.storage.schema.people import account

ISSUER = "Frontdesk"
SECRET = re.compile(r"[A-Z2-7]{32}")
STEP_SECONDS = 30
# Clocks of telephones are off by a little: one step before and one after are taken (RFC 6238, 5.2).
STEPS_OFF = 1
# 120 bits: these are kept as plain SHA-256, which fewer would not bear (OWASP ASVS 5.0, 6.5.2).
RECOVERY_CODES, RECOVERY_BYTES = 10, 15


class StoredSecondFactors(Audited):
    """Second factors on a database. The secret must be readable to be checked; recovery codes are hashes."""

    @staticmethod
    def new_secret() -> str:
        """A secret for an app that makes codes: 160 random bits in base 32."""
        return pyotp.random_base32()

    @staticmethod
    def address_of(secret: str, email: str) -> str:
        """What such an app reads out of a QR code."""
        return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)

    async def set_up(self, account_id: str, secret: str, code: str, by: str) -> tuple[str, ...]:
        """Ask for a second factor from now on; its recovery codes, which are shown this once.

        Raises Invalid where the code does not fit the secret: then nothing has changed.
        """
        if not SECRET.fullmatch(secret):
            raise Invalid(tr("this secret is none of ours: begin again"), "secret")
        step = self._step(secret, code)
        if step is None:
            raise Invalid(tr("this code does not fit: type the one that the app shows now"), "code")
        codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
        hashes = " ".join(hash_of(_plain(each)) for each in codes)
        values = {"totp_secret": secret, "totp_step": step, "recovery_hashes": hashes}
        changed = update(account).where(account.c.id == account_id).values(**values)
        await self._audited("second_factor_set_up", by, account_id, lambda c: c.execute(changed).rowcount)
        return codes

    async def remove(self, account_id: str, by: str) -> None:
        """Ask for none any more."""
        values = {"totp_secret": "", "totp_step": 0, "recovery_hashes": ""}
        changed = update(account).where(account.c.id == account_id).values(**values)
        await self._audited("second_factor_removed", by, account_id, lambda c: c.execute(changed).rowcount)

    async def check(self, account_id: str, code: str) -> bool:
        """Whether the code is the account's, and was not used before."""
        return await self._database.write(lambda c: self._check(c, account_id, code))

    def _check(self, connection: Connection, account_id: str, code: str) -> bool:
        row = connection.execute(select(account).where(account.c.id == account_id)).mappings().first()
        if row is None or not row["totp_secret"]:
            return False
        mine = update(account).where(account.c.id == account_id)
        step = self._step(row["totp_secret"], code)
        if step is not None:
            # In one statement, so that of two requests with the same code one is let in. The secret is written too: it
            # may have been stored before there was a key, or under an older one.
            values = {"totp_step": step, "totp_secret": row["totp_secret"]}
            return connection.execute(mine.where(account.c.totp_step < step).values(**values)).rowcount == 1
        kept, used = row["recovery_hashes"], hash_of(_plain(code))
        if used not in kept.split():
            return False
        left = " ".join(each for each in kept.split() if each != used)
        fresh = mine.where(account.c.recovery_hashes == kept).values(recovery_hashes=left)
        return connection.execute(fresh).rowcount == 1

    def _step(self, secret: str, code: str) -> int | None:
        """The time step that a code belongs to, None where it fits none of now."""
        given, now = code.strip().replace(" ", ""), int(self._clock().timestamp()) // STEP_SECONDS
        try:
            makes = pyotp.TOTP(secret)
            steps = range(now - STEPS_OFF, now + STEPS_OFF + 1)
            return next((s for s in steps if hmac.compare_digest(makes.generate_otp(s).encode(), given.encode())), None)
        except ValueError:  # half a character
            return None


def _recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def _plain(code: str) -> str:
    return "".join(code.lower().split()).replace("-", "")
