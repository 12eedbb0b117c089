"""What is new in a reply, as mail programs of several makers and languages write it."""

import pytest

from frontdesk.channels.email.html import text_of_html
from frontdesk.channels.email.quoting import parted

REPLIES = {
    "Gmail, English": ("Yes.\n\nOn Mon, Nov 23, 2026 at 10:00 AM Desk <s@desk.example>\nwrote:\n\n> Really?", "Yes."),
    "Gmail, German, folded": (
        "Hallo,\n\ndanke.\n\nAm Mo., 23. Nov. 2026 um 10:00 Uhr schrieb Desk <\ns@desk.example>:\n\n> alt\n> älter",
        "Hallo,\n\ndanke.",
    ),
    "Thunderbird, German": ("Ja.\n\nAm 23.11.26 um 10:00 schrieb Desk:\n> Am 22.11.26 schrieb B:\n>> x\n> y", "Ja."),
    "Outlook, German": (
        "Danke!\n\n-----Ursprüngliche Nachricht-----\nVon: Desk <s@desk.example>\nGesendet: Montag, 23. November 2026\n"
        "An: Kim\nBetreff: Leck\n\nalt",
        "Danke!",
    ),
    "Outlook, line": (
        "OK\n\n________________________________\nFrom: Desk\nSent: Monday\nTo: Kim\nSubject: x\n\nold",
        "OK",
    ),
    "Outlook, plain": ("OK\n\nFrom: Desk\nSent: Monday\nTo: Kim\nSubject: x\n\nold", "OK"),
    "web.de": ("ja\n\nDesk <s@desk.example> hat am 23.11.2026 10:00 geschrieben:\n\n> alt", "ja"),
    "French": ("Merci\n\nLe lun. 23 nov. 2026 à 10:00, Desk <s@desk.example> a écrit :\n\n> vieux", "Merci"),
    "answered below": (
        "Hi,\n\nOn Mon, Nov 23, 2026 at 10:00 Desk <s@d.example> wrote:\n\n> Which?\n\n4711",
        "Hi,\n\n4711",
    ),
    "answered between": ("On 23.11.2026 Desk <s@d.example> wrote:\n> which?\n4711\n> when?\nMonday", "4711\nMonday"),
}
UNTOUCHED = {
    "words that look like a header": "It leaks.\nOn Monday I called.\nFrom: nowhere\nbye",
    "a list": "- machine leaks\n- error E18\n\nBest regards\nKim",
    "dashes": "a\n--------------------------\nb",
    "forwarded": "see\n---------- Forwarded message ---------\nFrom: Kim <k@c.example>\nDate: Mon\nSubject: x\n\nold",
    "a signature": "Hi\n--\nKim\nTel 1",
}


@pytest.mark.parametrize(("text", "new"), REPLIES.values(), ids=REPLIES)
def test_what_is_new_in_a_reply_is_told_from_what_is_quoted_and_both_are_kept(text: str, new: str) -> None:
    said, quoted = parted(text, is_answer=True)
    assert said == new
    assert set(text.split()) <= set(f"{said} {quoted}".split())
    assert parted(text.replace("\n", "\r\n"), is_answer=True) == (said, quoted)


@pytest.mark.parametrize("text", UNTOUCHED.values(), ids=UNTOUCHED)
def test_what_quotes_nothing_is_left_as_it_is(text: str) -> None:
    assert parted(text, is_answer=True) == (text, "")


@pytest.mark.parametrize("text", [text for text, _ in REPLIES.values()], ids=REPLIES)
def test_of_a_mail_that_answers_nothing_nothing_is_cut(text: str) -> None:
    assert parted(text, is_answer=False) == (text, "")


def test_the_quote_of_an_html_reply_is_known_by_its_tags_and_answers_between_stay_in_place() -> None:
    outlook = "<div>New.</div><div id='appendonsend'></div><hr><div id='divRplyFwdMsg'>From: x</div><div>Old.</div>"
    assert parted(text_of_html(outlook, is_answer=True), is_answer=True) == ("New.", "From: x\nOld.")
    cited = "<blockquote type='cite'>{}</blockquote>"
    apple = f"<div>New.</div>{cited.format('Old.')}<div>Below.</div>{cited.format('O')}"
    said, quoted = parted(text_of_html(apple, is_answer=True), is_answer=True)
    assert said == "New.\nBelow."
    assert quoted == "> Old.\nBelow.\n> O"
    assert text_of_html(apple).replace("\n", " ") == "New. Old. Below. O"
