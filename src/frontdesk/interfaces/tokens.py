"""Access tokens that an outside service gives out for a while (OAuth 2.0, RFC 6749): asked for once, kept, renewed."""

from collections.abc import Awaitable, Callable
from typing import Any

from frontdesk.interfaces.cached import Cached
from frontdesk.interfaces.outgoing import HttpAnswer

USUAL_SECONDS = 300.0
# A token that is about to end is no longer used.
EARLY_SECONDS = 60.0
UNAUTHORIZED = 401


class KeptToken:
    """One token at a time, asked for once however many wait for it."""

    def __init__(self, ask: Callable[[], Awaitable[tuple[str, float]]], seconds: Callable[[], float]) -> None:
        """`ask` brings a token and for how many seconds it is good; `seconds` is a clock that only goes forward."""
        self._ask = ask
        self._token = Cached[tuple[str, float]](lambda token: usable(token[1]), seconds)

    async def value(self) -> str:
        """A token that is good now as far as we know. Raises what `ask` raises."""
        return (await self._token.get(self._ask))[0]

    def refused(self, value: str) -> None:
        """This token was not taken: ask for another next time."""
        if self._token.known is not None and value == self._token.known[0]:
            self._token.forget()

    async def answered(
        self,
        send: Callable[[str], Awaitable[HttpAnswer]],
        is_refused: Callable[[HttpAnswer], bool] = lambda answer: answer.status == UNAUTHORIZED,
    ) -> HttpAnswer:
        """The answer to what `send` sends with a token; once more with a new one where the first is not taken."""
        answer = await send(token := await self.value())
        if is_refused(answer):
            self.refused(token)
            answer = await send(await self.value())
        return answer


def usable(good_for: float) -> float:
    """How many seconds of a token's life it is used: not the last minute, nor the second half of a short life."""
    return max(good_for - EARLY_SECONDS, good_for / 2)


def lifetime(given: Any, usual: float = USUAL_SECONDS) -> float:
    """The seconds that `expires_in` of an answer says, as number or text; `usual` where it says nothing of use."""
    try:
        seconds = float(given)
    except (TypeError, ValueError):
        return usual
    return seconds if 0 <= seconds < float("inf") else usual
