"""What each column says about people: the one list that export, erasure and retention follow.

Every column that can hold text, JSON or bytes is declared here; a test fails where a new one is not. A table tells in
`of` how its rows are known to be a person's: by which column, and in which set of what was found of the person (see
`storage.privacy.finding`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

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


W, L, K, A, N = Holds.WORDS, Holds.LIST, Holds.KEY, Holds.ACTOR, Holds.NOTHING


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


def _nothing(*names: str) -> dict[str, Holds]:
    return dict.fromkeys(names, N)


OF_MESSAGE: Final = (("message_id", "messages"),)

DECLARED: Final[Mapping[str, Declared]] = {
    # People
    "customer": Declared({"id": N, "name": W}, (("id", "customers"),), Kind.PEOPLE, deleted=True),
    "contact": Declared(
        {"name": W, "email": W, "phone": W, "customer_id": Holds.CUSTOMER},
        (("id", "contacts"),),
        Kind.PEOPLE,
        deleted=True,
    ),
    "contact_identity": Declared(
        {"channel": N, "address": W}, (("contact_id", "contacts"),), Kind.PEOPLE, deleted=True
    ),
    "account": Declared(
        {
            "id": N,
            "email": W,
            "name": W,
            "role": N,
            "teams": N,
            "oidc_subject": W,
            "password_hash": Holds.SECRET,
            "totp_secret": Holds.SECRET,
            "recovery_hashes": Holds.SECRET,
        },
        (("id", "accounts"),),
        Kind.ACCOUNTS,
        deleted=True,
    ),
    "account_link": Declared(
        {"token_hash": Holds.SECRET, "account_id": N, "kind": N},
        (("account_id", "accounts"),),
        Kind.ACCOUNTS,
        deleted=True,
    ),
    "session": Declared(
        {"token_hash": Holds.SECRET, "account_id": N, "method": N, "place": W, "device": W, "id_token": Holds.SECRET},
        (("account_id", "accounts"),),
        Kind.ACCOUNTS,
        deleted=True,
    ),
    "saved_view": Declared(
        {"id": N, "owner": W, "name": W, "query": W}, (("owner", "names"),), Kind.ACCOUNTS, deleted=True
    ),
    "api_key": Declared(
        {**_nothing("id", "name", "role", "prefix", "scopes", "teams", "channels"), "secret_hash": Holds.SECRET},
    ),
    # Interactions
    "interaction": Declared(
        {
            **_nothing("reference", "category", "channel", "status", "priority", "team", "route", "intent"),
            **_nothing("sentiment", "tier", "language", "message_type", "merged_to", "may_belong_to"),
            **{"title": W, "summary": W, "tags": W, "customer_id": Holds.CUSTOMER, "created_by": A, "modified_by": A},
        },
        (("id", "touched"),),
        Kind.INTERACTIONS,
        Category.MESSAGES,
    ),
    "inbound_message": Declared(
        {
            **_nothing("id", "channel", "analysis_id", "identity"),
            **{"text": W, "sender_name": W, "sender_address": W, "sender_phone": W, "customer_no": Holds.CLAIM},
            **{"provider_id": K, "thread": W, "context": W, "automatic": W, "contact_id": Holds.CONTACT},
        },
        (("id", "messages"),),
        Kind.MESSAGES,
        Category.MESSAGES,
    ),
    "analysis": Declared(
        {
            **_nothing("id", "message_id", "tier", "model", "language", "sentiment", "message_type", "intent"),
            **_nothing("intents", "signals", "concerns", "reads", "second"),  # codes, and places in a text that is gone
            **{"title": W, "summary": W, "entities": L},
        },
        OF_MESSAGE,
        Kind.READINGS,
        Category.MESSAGES,
    ),
    "correction": Declared(
        {**_nothing("id", "message_id", "analysis_id", "field"), "was": W, "becomes": W, "by": A},
        OF_MESSAGE,
        Kind.READINGS,
        Category.MESSAGES,
        # Accuracy is counted by what people said of these fields, which are codes.
        unchanged=frozenset({"intent", "sentiment", "language", "message_type"}),
    ),
    "decision": Declared(
        {**_nothing("id", "message_id", "rule_set", "rule", "route"), "actions": L, "facts": W},
        OF_MESSAGE,
        Kind.READINGS,
        Category.MESSAGES,
    ),
    "to_reread": Declared({"message_id": N, "reason": W}, OF_MESSAGE, Kind.READINGS, Category.MESSAGES, deleted=True),
    "example": Declared(
        {"id": N, "intent": N, "text": W, "correction_id": N},
        (("id", "examples"),),
        Kind.EXAMPLES,
        Category.MESSAGES,
        deleted=True,
    ),
    "outbound_message": Declared(
        {
            **_nothing("id", "type", "channel", "reply_to", "effect_key", "state"),
            **{"recipient": W, "text": W, "remark": W, "error": W, "provider_id": K, "processed_by": A},
        },
        (("id", "answers"),),
        Kind.ANSWERS,
        Category.MESSAGES,
    ),
    "outbound_part": Declared(
        {**_nothing("message_id", "channel", "key", "state"), "recipient": W, "provider_id": K},
        (("message_id", "answers"),),
        Kind.ANSWERS,
        Category.MESSAGES,
    ),
    "delivery_notice": Declared(
        {**_nothing("id", "channel", "key", "state"), "provider_id": K, "recipient": W, "error": W},
        (("id", "notices"),),
        Kind.ANSWERS,
        Category.MESSAGES,
    ),
    "message_edit": Declared(
        {"id": N, "channel": N, "provider_id": K, "text": W}, (("id", "edits"),), Kind.MESSAGES, Category.MESSAGES
    ),
    "effect": Declared(
        {
            **_nothing("key", "message_id", "decision_id", "kind", "state", "waits_for"),
            **{"parameters": W, "reference": W, "detail": W, "error": W},
        },
        OF_MESSAGE,
        Kind.ACTIONS,
        Category.MESSAGES,
    ),
    "service_call": Declared(
        {
            **_nothing("key", "priority", "status"),
            **{"subject": W, "remarks": W, "customer_id": Holds.CUSTOMER, "contact_id": Holds.CONTACT},
        },
        (("key", "effects"), ("interaction_id", "interactions")),
        Kind.ACTIONS,
        Category.MESSAGES,
    ),
    "work": Declared(
        {
            **_nothing("id", "kind", "subject", "step", "state", "lease_owner", "lock_key"),
            "last_error": W,
        },
        (("subject", "subjects"),),
        Kind.JOURNAL,
        Category.MESSAGES,
    ),
    "journal": Declared(
        {"kind": N, "message_id": N, "by": A, "detail": W},
        (("interaction_id", "interactions"), ("message_id", "messages")),
        Kind.JOURNAL,
        Category.MESSAGES,
    ),
    "idempotency": Declared(
        # The key is chosen by a program and forgotten within a day; by it a repetition is still recognised.
        {"caller": N, "key": N, "fingerprint": N, "body": W},
        (("fingerprint", "requests"),),
        Kind.JOURNAL,
        Category.MESSAGES,
    ),
    # Files and raw events
    "attachment": Declared(
        {
            **_nothing("id", "message_id", "media_type", "state"),
            **{"name": W, "sha256": W, "reason": W, "remote": W, "content": W},
        },
        OF_MESSAGE,
        Kind.FILES,
        Category.ATTACHMENTS,
        file="content",
    ),
    "audio_recording": Declared(
        {"id": N, "message_id": N, "media_type": N, "content": W},
        OF_MESSAGE,
        Kind.FILES,
        Category.ATTACHMENTS,
        deleted=True,
        file="content",
    ),
    "inbox_event": Declared(
        {"id": N, "channel": N, "provider_id": K, "message_id": N, "raw": W, "event_id": N},
        OF_MESSAGE,
        Kind.EVENTS,
        Category.EVENTS,
        file="raw",
    ),
    "channel_event": Declared(
        {**_nothing("id", "channel", "content_type", "state"), "provider_id": K, "body": W, "error": W},
        (("id", "events"),),
        Kind.EVENTS,
        Category.EVENTS,
        file="body",
    ),
    # What is known
    "article": Declared(
        {
            **_nothing("id", "title", "body", "language", "questions", "audience", "url", "products", "tags", "state"),
            **_nothing("translation_of", "source", "digest"),
            **{"owner": A, "updated_by": A},
        }
    ),
    "article_version": Declared({**_nothing("article_id", "content", "note"), "saved_by": A}),
    "article_label": Declared(_nothing("article_id", "kind", "label")),
    "passage": Declared(_nothing("article_id", "question")),
    "passage_vectors": Declared(_nothing("article_id", "encoder", "vectors")),
    "product": Declared(_nothing("number", "name", "aliases", "attributes")),
    # What they ordered stays, as a record of the business; whose order it was does not.
    "customer_order": Declared(
        {
            **_nothing("number", "state", "lines", "carrier"),
            **{"customer_id": Holds.CLAIM, "name": W, "email": W, "phone": W, "postal_code": W},
            **{"tracking": W, "tracking_url": W},
        },
        (("number", "orders"),),
        Kind.ORDERS,
    ),
    # Language models
    "model_call": Declared(
        {
            **_nothing("id", "run_id", "day", "operation", "use_case", "service", "model", "tier", "caller"),
            **_nothing("message_id", "outcome"),
            **{"asked": W, "answered": W},
        },
        (("message_id", "messages"), ("id", "calls")),
        Kind.CALLS,
        Category.CALLS,
    ),
    # Answers are found by a digest of the question: nobody can tell whose they are, so all of them go.
    "kept_answer": Declared({"key": N, "value": W}, (("key", "kept"),), None, Category.CALLS, deleted=True),
    "money_pot": Declared(_nothing("name", "period")),
    "service_rate": Declared(_nothing("service")),
    "call_permit": Declared(_nothing("id", "service", "pots")),
    "use_case_version": Declared({**_nothing("name", "body", "note"), "by": A}),
    "published_use_case": Declared(_nothing("name")),
    # Insights: codes and numbers alone
    "insight_change": Declared({}),
    "insight_state": Declared({}),
    "insight_interaction": Declared(
        {
            **_nothing("priority", "category", "intent", "channel", "status", "sentiment", "type", "language"),
            **_nothing("route", "team", "tier"),
            "customer": Holds.CUSTOMER,
        },
    ),
    "insight_message": Declared(
        _nothing("message_id", "intent", "channel", "sentiment", "type", "language", "tier"),
    ),
    "insight_reply": Declared(_nothing("message_id", "channel")),
    # Set-up and operation
    "code": Declared(_nothing("list", "code", "name", "description")),
    "meta": Declared(_nothing("key", "value")),
    "intent_draft": Declared(
        {**_nothing("id", "code", "name", "description", "embedding"), "created_by": A, "changed_by": A}
    ),
    "intent_vector": Declared(_nothing("code", "embedding")),
    "rule_set": Declared({**_nothing("name", "content", "note"), "created_by": A, "published_by": A}),
    "rule_publication": Declared({"by": A, "note": N}),
    "channel_mark": Declared(_nothing("channel", "key", "value")),
    "channel_watch": Declared(_nothing("channel", "owner")),
    "channel_held": Declared(_nothing("channel", "day")),
    # Kept against misuse, for as long as its own retention says: nobody changes a line, not for anybody.
    "audit_record": Declared(_nothing("kind", "by", "place", "subject", "detail", "digest"), category=Category.AUDIT),
    "erasure": Declared(_nothing("id", "by", "contacts", "counts")),
}
