"""Plus addresses: they lead back to the interaction, and only the ones we made do."""

import pytest

from frontdesk.channels.email.channel import _secret
from frontdesk.channels.email.plus_address import interaction_of, plus_address
from frontdesk.channels.email.settings import EmailSettings
from frontdesk.interfaces import Invalid

SECRET, OWN = b"k" * 32, ("support@desk.example",)


def test_an_answer_to_a_plus_address_finds_its_interaction() -> None:
    address = plus_address("support@desk.example", 42, SECRET)
    assert address.startswith("support+i42.")
    assert interaction_of(["kim@customer.example", address], OWN, SECRET) == 42


def test_mail_servers_may_change_the_case() -> None:
    assert interaction_of([plus_address("Support@Desk.example", 7, SECRET).upper()], OWN, SECRET) == 7


def test_a_guessed_altered_or_foreign_address_leads_nowhere() -> None:
    address = plus_address("support@desk.example", 42, SECRET)
    forged = [
        address.replace("i42", "i43"),
        address.replace("i42", "i042"),
        address.replace("desk.example", "other.example"),
        address.replace("support", "sales"),
        address[: address.index("@") - 1] + address[address.index("@") :],
        "support+i42.@desk.example",
        "support+i99999999999999999999.aaaaaaaaaaaaaaaa@desk.example",
        "support@desk.example",
        "",
    ]
    assert [interaction_of([one], OWN, SECRET) for one in forged] == [None] * len(forged)
    assert interaction_of([address], OWN, b"other secret") is None


def test_no_password_signs_what_every_customer_reads() -> None:
    """Whoever has a plus address could try passwords against it, millions a second, without asking any server."""
    one, other = (EmailSettings(password=each, smtp_password=each, plus_addresses=True) for each in ("tulip", "rose"))
    assert _secret(one, SECRET) == _secret(other, SECRET) != b""
    assert _secret(one, SECRET) != _secret(one, b"another installation")
    own = EmailSettings(password="tulip", plus_secret="of its own, long enough to be one", plus_addresses=True)
    assert _secret(own, SECRET) == _secret(own, b"another installation")
    with pytest.raises(Invalid, match="plus_secret"):
        _secret(EmailSettings(plus_secret="x" * 31, plus_addresses=True), SECRET)
    assert _secret(EmailSettings(password="tulip", plus_addresses=True), b"") == b""
    assert _secret(EmailSettings(), SECRET) == b""
