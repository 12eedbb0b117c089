"""The settings of e-mail."""

from typing import Annotated, Literal

import msgspec

from frontdesk.channels.kind import about, may_be_secret, needed
from frontdesk.interfaces.mail import Security


class MailboxSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One mailbox that is read."""

    imap_host: Annotated[str, about("IMAP server of the mailbox. Empty: mails come by webhook only.")] = ""
    imap_port: Annotated[int, about("Its port: 993 for `tls`, 143 for `starttls`.")] = 993
    imap_security: Annotated[Security, about("`tls`, `starttls`, or `none` (in clear, for loopback only).")] = "tls"
    user: Annotated[str, about("User name of the mailbox, often the address.")] = ""
    password: Annotated[str, may_be_secret("Password, or app password, of this user.")] = ""
    folders: Annotated[str, about("Folders to read, with blanks between; a blank in a name is written `%20`.")] = (
        "INBOX"
    )


class EmailSettings(MailboxSettings, frozen=True, forbid_unknown_fields=True):
    """Settings of e-mail."""

    address: Annotated[str, needed("Address that customers write to and that answers come from.")] = ""
    smtp_host: Annotated[str, needed("SMTP server that takes answers.")] = ""
    name: Annotated[str, about("Name beside the address on answers.")] = ""
    aliases: Annotated[str, about("Further addresses of yours that lead here, with blanks between.")] = ""
    smtp_port: Annotated[int, about("Its port: 587 for `starttls`, 465 for `tls`.")] = 587
    smtp_security: Annotated[Security, about("`starttls`, `tls`, or `none` (in clear, for loopback only).")] = (
        "starttls"
    )
    smtp_user: Annotated[
        str, about("User name at the SMTP server, if another than `user`; `-`: without signing in.")
    ] = ""
    smtp_password: Annotated[str, may_be_secret("Its password, if another than `password`.")] = ""
    mailboxes: Annotated[
        dict[str, MailboxSettings], about("Further mailboxes, by a name of your choice; in the settings file only.")
    ] = {}
    oauth_token_url: Annotated[str, about("Where access tokens are had (Microsoft 365, Google); else passwords.")] = ""
    oauth_client_id: Annotated[str, about("Client id at the token service.")] = ""
    oauth_client_secret: Annotated[str, may_be_secret("Client secret at the token service.")] = ""
    oauth_scope: Annotated[str, about("Scope that is asked for.")] = "https://outlook.office365.com/.default"
    oauth_refresh_token: Annotated[
        str, may_be_secret("Refresh token, where the service knows users only (Google).")
    ] = ""
    authserv_ids: Annotated[
        str,
        about(
            "Names under which your mail server writes `Authentication-Results`, with blanks between; empty: no mail "
            "proves its sender."
        ),
    ] = ""
    forms: Annotated[
        str, about("Addresses of web forms, with blanks between: whoever `Reply-To` names is the sender.")
    ] = ""
    plus_addresses: Annotated[
        bool, about("Customers answer to `address+i42.…`. Try first whether mail to `address+test` arrives.")
    ] = False
    plus_secret: Annotated[
        str,
        may_be_secret("Signs plus addresses, 32 characters at least; empty: a secret that this installation makes."),
    ] = ""
    ask_for_reports: Annotated[bool, about("Ask for reports on delivery, where the server offers them.")] = True
    mark_seen: Annotated[bool, about("Mark mails as seen once they are stored.")] = True
    flag: Annotated[str, about("Also mark them with this flag, like `$Frontdesk`.")] = ""
    move_to: Annotated[str, about("Move them to this folder; empty: they stay.")] = ""
    sent_folder: Annotated[
        str, about("Folder where your provider itself keeps what is sent, like `Sent`; looked at before a repetition.")
    ] = ""
    first_days: Annotated[float, about("At the first start unseen mails of so many days are taken.")] = 14.0
    most_megabytes: Annotated[int, about("A larger mail is taken without its files.")] = 50
    seconds: Annotated[float, about("Patience with each answer of a mail server, in seconds.")] = 30.0
    inbound: Annotated[
        Literal["", "sendgrid", "postmark"],
        about("Mail service that hands mails in by webhook, and tells of delivery."),
    ] = ""
    inbound_password: Annotated[str, may_be_secret("Password in the webhook's address: `https://any:PASSWORD@…`.")] = ""
    inbound_public_key: Annotated[str, about("Verification key of SendGrid's signed webhooks, instead.")] = ""
