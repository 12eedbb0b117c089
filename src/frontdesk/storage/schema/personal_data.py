"""What each column says about people: the one list that export, erasure and retention follow.

Every column that can hold text, JSON or bytes is declared here; a test fails where a new one is not. A table tells in
`of` how its rows are known to be a person's: by which column, and in which set of what was found of the person (see
`storage.privacy.finding`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from frontdesk.model.privacy import Category, Kind


class Holds(Enum):
    """What a column holds.

    WORDS: what people wrote, are called, or are reached by; and what was made of it. Emptied.
    LIST: the same, as a JSON list.
    KEY: the channel's own id of a message. It becomes a digest, by which a second delivery is still recognised.
    CONTACT, CUSTOMER: who it is. Emptied wherever it names the person, on whosever row that is.
    CLAIM: a customer number as somebody told it. Emptied like WORDS and like CUSTOMER.
    ACTOR: the account or key that did something. Emptied where that is the person; left out of exports.
    SECRET: what proves that somebody is somebody. It goes with its row; left out of exports.
    NOTHING: codes, our own numbers, configuration, and what operators write.
    """

    WORDS = "words"
    LIST = "list"
    KEY = "key"
    CONTACT = "contact"
    CUSTOMER = "customer"
    CLAIM = "claim"
    ACTOR = "actor"
    SECRET = "secret"  # noqa: S105 - the name of a kind, no password
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Declared:
    """What a table holds. `of`: (column, set of what was found), any of which makes a row the person's.

    `kind` is what a preview counts its rows as, `category` the retention that it follows. `deleted` rows go as a
    whole; others stay, emptied, so that counts and money stay.
    """

    columns: Mapping[str, Holds]
    of: tuple[tuple[str, str], ...] = ()
    kind: Kind | None = None
    category: Category | None = None
    deleted: bool = False
    # Files of an export: the column with the content.
    file: str = ""
    unchanged: frozenset[str] = field(default_factory=frozenset)


def _rows(
    columns: str, of: str = "", kind: Kind | None = None, category: Category | None = None, **more: Any
) -> Declared:
    """Columns as `name:what it holds`, without a colon where that is nothing; `of` as `column=set`."""
    pairs = (each.partition(":") for each in columns.split())
    held = {name: Holds(holds or "nothing") for name, _, holds in pairs}
    found = tuple((column, name) for column, _, name in (each.partition("=") for each in of.split()))
    return Declared(held, found, kind, category, **more)


DECLARED: Final[Mapping[str, Declared]] = {
    # People
    "customer": _rows("id name:words", "id=customers", Kind.PEOPLE, deleted=True),
    "contact": _rows(
        "name:words email:words phone:words customer_id:customer", "id=contacts", Kind.PEOPLE, deleted=True
    ),
    "contact_identity": _rows("channel address:words", "contact_id=contacts", Kind.PEOPLE, deleted=True),
    "account": _rows(
        "id email:words name:words role teams oidc_subject:words password_hash:secret totp_secret:secret "
        "recovery_hashes:secret",
        "id=accounts",
        Kind.ACCOUNTS,
        deleted=True,
    ),
    "account_link": _rows("token_hash:secret account_id kind", "account_id=accounts", Kind.ACCOUNTS, deleted=True),
    "session": _rows(
        "token_hash:secret account_id method place:words device:words id_token:secret",
        "account_id=accounts",
        Kind.ACCOUNTS,
        deleted=True,
    ),
    "saved_view": _rows("id owner:words name:words query:words", "owner=names", Kind.ACCOUNTS, deleted=True),
    "api_key": _rows("id name role prefix scopes teams channels secret_hash:secret"),
    # Interactions
    "interaction": _rows(
        "reference category channel status priority team route intent sentiment tier language "
        "message_type merged_to may_belong_to waiting_on title:words summary:words tags:words customer_id:customer "
        "created_by:actor modified_by:actor assignee:actor",
        "id=touched",
        Kind.INTERACTIONS,
        Category.MESSAGES,
    ),
    "personal_state": _rows(
        "person name:words reply:words memo:words",
        "person=accounts interaction_id=touched",
        Kind.INTERACTIONS,
        Category.MESSAGES,
        deleted=True,
    ),
    "inbound_message": _rows(
        "id channel analysis_id identity text:words sender_name:words sender_address:words "
        "sender_phone:words customer_no:claim provider_id:key thread:words context:words automatic:words "
        "contact_id:contact",
        "id=messages",
        Kind.MESSAGES,
        Category.MESSAGES,
    ),
    # Signals, concerns and what was read are codes, and places in a text that is gone.
    "analysis": _rows(
        "id message_id tier model language sentiment message_type intent intents signals concerns reads "
        "second title:words summary:words entities:list",
        "message_id=messages",
        Kind.READINGS,
        Category.MESSAGES,
    ),
    # Accuracy is counted by what people said of the fields that stay, which are codes.
    "correction": _rows(
        "id message_id analysis_id field was:words becomes:words by:actor",
        "message_id=messages",
        Kind.READINGS,
        Category.MESSAGES,
        unchanged=frozenset({"intent", "sentiment", "language", "message_type"}),
    ),
    "decision": _rows(
        "id message_id rule_set rule route actions:list facts:words",
        "message_id=messages",
        Kind.READINGS,
        Category.MESSAGES,
    ),
    "to_reread": _rows(
        "message_id reason:words", "message_id=messages", Kind.READINGS, Category.MESSAGES, deleted=True
    ),
    "example": _rows(
        "id intent text:words correction_id", "id=examples", Kind.EXAMPLES, Category.MESSAGES, deleted=True
    ),
    "outbound_message": _rows(
        "id type channel reply_to effect_key state recipient:words text:words remark:words error:words "
        "provider_id:key processed_by:actor",
        "id=answers",
        Kind.ANSWERS,
        Category.MESSAGES,
    ),
    "taken_suggestion": _rows("message_id origin"),
    "outbound_part": _rows(
        "message_id channel key state recipient:words provider_id:key",
        "message_id=answers",
        Kind.ANSWERS,
        Category.MESSAGES,
    ),
    "delivery_notice": _rows(
        "id channel key state provider_id:key recipient:words error:words",
        "id=notices",
        Kind.ANSWERS,
        Category.MESSAGES,
    ),
    "message_edit": _rows("id channel provider_id:key text:words", "id=edits", Kind.MESSAGES, Category.MESSAGES),
    "effect": _rows(
        "key message_id decision_id kind state waits_for parameters:words reference:words detail:words error:words",
        "message_id=messages",
        Kind.ACTIONS,
        Category.MESSAGES,
    ),
    "service_call": _rows(
        "key priority status subject:words remarks:words customer_id:customer contact_id:contact",
        "key=effects interaction_id=interactions",
        Kind.ACTIONS,
        Category.MESSAGES,
    ),
    "work": _rows(
        "id kind subject step state lease_owner lock_key last_error:words",
        "subject=subjects",
        Kind.JOURNAL,
        Category.MESSAGES,
    ),
    "journal": _rows(
        "kind message_id by:actor detail:words",
        "interaction_id=interactions message_id=messages",
        Kind.JOURNAL,
        Category.MESSAGES,
    ),
    # The key is chosen by a program and forgotten within a day; by it a repetition is still recognised.
    "idempotency": _rows("caller key fingerprint body:words", "fingerprint=requests", Kind.JOURNAL, Category.MESSAGES),
    # Files and raw events
    "attachment": _rows(
        "id message_id media_type state name:words sha256:words reason:words remote:words content:words",
        "message_id=messages",
        Kind.FILES,
        Category.ATTACHMENTS,
        file="content",
    ),
    "audio_recording": _rows(
        "id message_id media_type content:words",
        "message_id=messages",
        Kind.FILES,
        Category.ATTACHMENTS,
        deleted=True,
        file="content",
    ),
    "inbox_event": _rows(
        "id channel provider_id:key message_id raw:words event_id",
        "message_id=messages",
        Kind.EVENTS,
        Category.EVENTS,
        file="raw",
    ),
    "channel_event": _rows(
        "id channel content_type state provider_id:key body:words error:words",
        "id=events",
        Kind.EVENTS,
        Category.EVENTS,
        file="body",
    ),
    # What is known
    "article": _rows(
        "id title body language questions audience url products tags state translation_of source digest "
        "owner:actor updated_by:actor"
    ),
    "article_version": _rows("article_id content note saved_by:actor"),
    "article_label": _rows("article_id kind label"),
    "article_vote": _rows("article_id"),
    "passage": _rows("article_id question"),
    "passage_vectors": _rows("article_id encoder vectors"),
    "product": _rows("number name aliases attributes"),
    # What they ordered stays, as a record of the business; whose order it was does not.
    "customer_order": _rows(
        "number state lines carrier customer_id:claim name:words email:words phone:words "
        "postal_code:words tracking:words tracking_url:words",
        "number=orders",
        Kind.ORDERS,
    ),
    # Language models
    "model_call": _rows(
        "id run_id day operation use_case service model tier caller message_id outcome asked:words answered:words",
        "message_id=messages id=calls",
        Kind.CALLS,
        Category.CALLS,
    ),
    # Answers are found by a digest of the question: nobody can tell whose they are, so all of them go.
    "kept_answer": _rows("key value:words", "key=kept", category=Category.CALLS, deleted=True),
    "money_pot": _rows("name period"),
    "service_rate": _rows("service"),
    "call_permit": _rows("id service pots"),
    "use_case_version": _rows("name body note by:actor"),
    "published_use_case": _rows("name"),
    # Insights: codes and numbers alone
    "insight_change": _rows(""),
    "insight_state": _rows(""),
    "insight_interaction": _rows(
        "priority category intent channel status sentiment type language route team tier customer:customer"
    ),
    "insight_message": _rows("message_id intent channel sentiment type language tier"),
    "insight_reply": _rows("message_id channel"),
    # Set-up and operation
    "code": _rows("list code name description"),
    "meta": _rows("key value"),
    "intent_draft": _rows("id code name description embedding created_by:actor changed_by:actor"),
    "intent_vector": _rows("code embedding"),
    "rule_set": _rows("name content note created_by:actor published_by:actor"),
    "rule_publication": _rows("by:actor note"),
    "channel_mark": _rows("channel key value"),
    "channel_watch": _rows("channel owner"),
    "channel_held": _rows("channel day"),
    # Kept against misuse, for as long as its own retention says: nobody changes a line, not for anybody.
    "audit_record": _rows("kind by place subject detail digest", category=Category.AUDIT),
    "erasure": _rows("id by contacts counts"),
}
