"""Makes single items of settings: to see whether they can be made at all, and to try them against the other side."""

from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec

from frontdesk.channels.registry import KINDS
from frontdesk.interfaces import Clock, Failed, ModelRequest
from frontdesk.interfaces.channels import Channel, Trying
from frontdesk.model.set_up import EntryKind, SetUpEntry, SetUpItem
from frontdesk.model.translatable import tr
from frontdesk.outgoing import Limits, Outgoing
from frontdesk.settings.laying import Trial, addresses_in
from frontdesk.settings.sections import Settings
from frontdesk.settings.set_up import Probe
from frontdesk.ui.chat.origins import Origins
from frontdesk.ui.chat.signed_users import SignedUsers
from frontdesk.wiring.back_ends import BackEnds
from frontdesk.wiring.channels import channel_tools
from frontdesk.wiring.language_models import model_services

REFUSED = (401, 403)
NO_ORDER = "0"
LIMITS = Limits(connect=5.0, first_byte=10.0, total=15.0, bytes=1_000_000)
MakeBackEnds = Callable[[Settings, Outgoing], BackEnds]
MakeChannel = Callable[[Settings, Outgoing, str], Channel | None]


def channel_maker(clock: Clock, secret: bytes) -> MakeChannel:
    """Makes one channel by its name, None where it is not set up. Raises Invalid that names the setting."""

    def make(settings: Settings, outgoing: Outgoing, name: str) -> Channel | None:
        kind, mine = next(each for each in KINDS if each.name == name), getattr(settings.channels, name)
        tools = channel_tools(settings, outgoing, clock, secret)
        return kind.build(mine, tools) if kind.is_on(mine) else None

    return make


def trial(unused: Outgoing, make_channel: MakeChannel, make_back_ends: MakeBackEnds) -> Trial:
    """Makes an item and lets go of it; `unused` opens nothing."""

    def make(settings: Settings, item: SetUpItem) -> None:
        if item.kind is EntryKind.MODEL_SERVICE:
            model_services(_alone(settings, item.name), unused)
        elif item.kind is EntryKind.CONNECTOR:
            make_back_ends(settings, unused)
        elif item.name == "chat":
            Origins.of(settings.chat.origins, settings.server.public_url)
            SignedUsers(settings.chat.identity_secret)
        else:
            make_channel(settings, unused, item.name)
        unused.forget()

    return make


def probe(open_outgoing: Callable[[Settings], Outgoing], make_channel: MakeChannel, make: MakeBackEnds) -> Probe:
    """Signs in where an item can, and else looks whether its addresses answer."""

    async def use(settings: Settings, item: SetUpItem, entry: SetUpEntry, to: str) -> str:
        outgoing, addresses = open_outgoing(settings), addresses_in(entry)
        outgoing.guard(addresses)
        try:
            is_channel = item.kind is EntryKind.CHANNEL and item.name != "chat"
            channel: object = make_channel(settings, outgoing, item.name) if is_channel else None
            if isinstance(channel, Trying):
                return await channel.try_out(to)
            if item.kind is EntryKind.MODEL_SERVICE:
                return await _ask(settings, outgoing, item.name)
            if item.kind is EntryKind.CONNECTOR and item.name in ("s4", "order_service"):
                await make(settings, outgoing).orders.order(NO_ORDER)
            else:
                addresses |= {str(each.default) for each in item.fields if "://" in str(each.default)}
                for address in sorted(addresses):
                    await _reach(outgoing, address)
            return ", ".join(sorted(addresses)) or tr("it needs no connection of ours: its vendor calls us")
        finally:
            await outgoing.close()

    return use


async def _ask(settings: Settings, outgoing: Outgoing, name: str) -> str:
    """One small question to the model. Raises ModelFailed."""
    service, options = model_services(_alone(settings, name), outgoing)[name], settings.llm.services[name]
    if not options.model:
        return (await service.embed(options.embedding_model, ["OK"])).model
    asked = {"messages": [{"role": "user", "content": "Say OK."}]}
    return (await service.complete(ModelRequest(options.model, asked, most_tokens=16))).model


async def _reach(outgoing: Outgoing, address: str) -> None:
    """Raises Failed where nobody answers, or nobody may come in. Any other answer is one."""
    parts = urlsplit(address)
    answer = await outgoing.client(f"{parts.scheme}://{parts.netloc}", limits=LIMITS).send("GET", parts.path)
    if answer.status in REFUSED:
        raise Failed(tr("{address} answers, but lets nobody in ({status})", address=address, status=answer.status))


def _alone(settings: Settings, name: str) -> Settings:
    """With this model service and no other."""
    llm = msgspec.structs.replace(settings.llm, services={name: settings.llm.services[name]})
    return msgspec.structs.replace(settings, llm=llm)
