"""The sockets: each a small Protocol that a plug of an outer room satisfies; and our errors."""

from frontdesk.interfaces.access import (
    AuthContext,
    AuthMethod,
    CookieChange,
    RateLimiter,
    SignIn,
    SignInRefused,
    TooMany,
    Undeclared,
)
from frontdesk.interfaces.errors import (
    CannotGoOn,
    Conflict,
    ConnectorFailed,
    DeliveryFailed,
    Failed,
    FrontdeskError,
    Held,
    Invalid,
    KeyReused,
    LeaseLost,
    NotFound,
    Overtaken,
    ProviderFailed,
    Stale,
    Unavailable,
)
from frontdesk.interfaces.llm import (
    Document,
    Embeddings,
    ErrorKind,
    Finish,
    Form,
    ModelAnswer,
    ModelEvent,
    ModelFailed,
    ModelRequest,
    ModelService,
    Transcript,
    Usage,
)
from frontdesk.interfaces.outgoing import Http, HttpAnswer, HttpStream, NoAnswer
from frontdesk.interfaces.plugs import (
    ActionHandler,
    Analyst,
    Catalogue,
    CatalogueSource,
    Clock,
    Engine,
    NewId,
    Outlet,
    OwnRows,
    PickedUp,
    Provider,
    ReaderAnswer,
    Recorder,
    RuleBook,
    RuleSet,
    Verdict,
)
from frontdesk.interfaces.stores import Cases, CodeLists, Deliveries, Outbox, ServiceDeskStore, Statuses, WorkQueue
