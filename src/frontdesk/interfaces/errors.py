"""Our errors. Adapters turn every foreign error into one of these; edges alone know status codes."""

from frontdesk.model.translatable import text_of


class FrontdeskError(Exception):
    """Base of all our errors. Its text is for a person; `permanent`: asking again cannot help."""

    permanent = True

    @property
    def text(self) -> str:
        """What `str()` says, translatable where it was made so: pages show this."""
        return text_of(self)


class Invalid(FrontdeskError):
    """What a caller sent cannot be taken; `field` names the part at fault."""

    def __init__(self, message: str, field: str = "") -> None:
        """Say what is wrong and what to do, and which field it is."""
        super().__init__(message)
        self.field = field


class NotFound(FrontdeskError):
    """There is no such thing."""


class Conflict(FrontdeskError):
    """The thing is not in a state that allows this, or it was changed meanwhile."""


class Stale(Conflict):
    """Someone else changed the thing since it was read: read it again."""


class Overtaken(Conflict):
    """The customer wrote again while somebody answered what came before."""


class LeaseLost(FrontdeskError):
    """This worker's lease has passed to another; what it was about to store is dropped."""


class CannotGoOn(FrontdeskError):
    """A task that the process lives for died again and again: the process should end, and whoever started it see it."""


class Failed(FrontdeskError):
    """A plug could not do what it was asked; `permanent` where a repetition cannot help."""

    def __init__(self, message: str, *, permanent: bool = False, after_seconds: float | None = None) -> None:
        """Say why; `after_seconds` is when the other side wants to be asked again."""
        super().__init__(message)
        self.permanent = permanent
        self.after_seconds = after_seconds


class Held(Failed):
    """Not even tried, as the other side is known to be down: does not count as an attempt."""


class Unavailable(Failed):
    """What we stand on does not work now (a full disk, a database that is away): nothing was stored, try again."""


class ProviderFailed(Failed):
    """A model service gave no usable answer."""


class ConnectorFailed(Failed):
    """A back end did not carry out an action."""


class DeliveryFailed(Failed):
    """A channel did not take an outbound message."""


class KeyReused(FrontdeskError):
    """An idempotency key came back with another request."""
