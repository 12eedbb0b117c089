"""A real Dovecot for tests: IMAP and LMTP on loopback, its mails in a folder of the test's own."""

import contextlib
import getpass
import os
import pwd
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import EVERYTHING

PASSWORD = "sesame"
SERVER = "/usr/sbin/dovecot"
CONFIG = """
protocols = imap lmtp
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = {ssl}
{certificate}
disable_plaintext_auth = no
default_internal_user = {internal}
default_login_user = {login}
default_internal_group = {group}
mail_location = maildir:{folder}/mail/%u
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 0
first_valid_gid = 0
auth_username_chars =
auth_failure_delay = 0
imap_idle_notify_interval = 5 s
protocol lmtp {{
  auth_username_format = %n
}}
recipient_delimiter = +
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home/%n
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  {lmtp_user}
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class Dovecot:
    """One server. Mail for any address comes into the mailbox of its local part, plus parts aside."""

    def __init__(self, folder: Path, certificate: Path | None = None) -> None:
        """Keep everything in this folder."""
        self.folder, self._certificate = folder, certificate
        self.imap, self.imaps, self.lmtp = _free_port(), _free_port(), _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._configure()

    def start(self) -> None:
        """Answer on the same ports as before."""
        self._process = subprocess.Popen(
            [SERVER, "-F", "-c", str(self.folder / "conf")], stderr=subprocess.PIPE, start_new_session=True
        )
        for port in (self.imap, self.lmtp):
            _wait_for(port, self._process, self.folder / "log")

    def stop(self) -> None:
        """Break every connection off."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            with contextlib.suppress(ProcessLookupError):  # those that serve clients end at their own pace
                os.killpg(self._process.pid, signal.SIGKILL)
            if self._process.stderr:
                self._process.stderr.close()
            self._process = None

    def crash(self) -> None:
        """End at once, in the middle of whatever is being said."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self.stop()
            for left in (self.folder / "run").rglob("*.pid"):
                left.unlink()

    def deliver(self, mail: bytes, to: str = "support@desk.example", sender: str = "kim@customer.example") -> None:
        """As a mail server would: by LMTP."""
        with contextlib.closing(smtplib.LMTP("127.0.0.1", self.lmtp)) as server:
            server.sendmail(sender, [to], mail)

    def renumber(self, user: str) -> None:
        """Let UIDVALIDITY change, as a restored or moved mailbox does. Only while stopped."""
        for name in ("dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot.index.cache"):
            (self.folder / "mail" / user / name).unlink(missing_ok=True)

    def flags(self, user: str) -> list[str]:
        """The flags of every mail in the inbox, as Maildir writes them ("S" is seen)."""
        place = self.folder / "mail" / user
        found = [*(place / "cur").iterdir(), *(place / "new").iterdir()] if place.exists() else []
        return sorted(each.name.partition(":2,")[2] for each in found)

    def _configure(self) -> None:
        is_root = os.getuid() == 0  # Dovecot lets root own no mailbox
        user = "mail" if is_root else getpass.getuser()
        group = _group_of(user)
        internal, login = ("dovecot", "dovenull") if is_root else (user, user)
        for name in ("run", "state", "mail", "home"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
            if is_root:
                shutil.chown(self.folder / name, user, group)
        text = CONFIG.format(
            folder=self.folder,
            internal=internal,
            login=login,
            user=user,
            lmtp_user="" if is_root else f"user = {user}",
            group=group,
            imap=self.imap,
            imaps=self.imaps,
            lmtp=self.lmtp,
            password=PASSWORD,
            ssl="yes" if self._certificate else "no",
            certificate=f"ssl_cert = <{self._certificate}\nssl_key = <{self._certificate}" if self._certificate else "",
        )
        (self.folder / "conf").write_text(text)


@contextlib.contextmanager
def dovecot(certificate: Path | None = None) -> Iterator[Dovecot]:
    """A running server; the test is skipped where there is no Dovecot."""
    if not Path(SERVER).exists() and shutil.which("dovecot") is None:
        if EVERYTHING:
            pytest.fail("Dovecot is missing: apt-get install dovecot-imapd dovecot-lmtpd")
        pytest.skip("no Dovecot: apt-get install dovecot-imapd dovecot-lmtpd")
    with tempfile.TemporaryDirectory(prefix="dovecot-") as folder:
        Path(folder).chmod(0o755)  # its processes run as several users
        server = Dovecot(Path(folder), certificate)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _group_of(user: str) -> str:
    import grp

    return grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(1200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 10):
            return
        if process.poll() is not None:
            said = process.stderr.read().decode() if process.stderr else ""
            raise RuntimeError(f"Dovecot ended: {said} {log.read_text() if log.exists() else ''}")
        time.sleep(0.05)
    raise RuntimeError("Dovecot does not answer")
