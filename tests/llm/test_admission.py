"""Limits and budgets that all processes share: nothing is overspent, nothing is let through twice."""

import asyncio

import pytest

from frontdesk.interfaces import ErrorKind, ModelRequest
from frontdesk.llm.prices import Allowance, Budgets, Price, Prices, most_tokens
from frontdesk.llm.running import CallPolicy
from frontdesk.model.llm import Asker, BudgetPeriod, Denied, Rate, Reservation, ReservationRequest
from frontdesk.storage.llm.admission import StoredAdmission
from frontdesk.wiring.container import Container, new_id, now
from tests.fakes import ManualClock
from tests.llm.conftest import BuildLlm, Models
from tests.llm.scripted import Scripted, answer, chat, failed

GOOD = '{"sentiment": "Negative", "confidence": 0.9}'
UNCACHED = CallPolicy(caches=False, attempts=1)
ALL_DAY = BudgetPeriod("all", "2026-03-29", 1000)


def asking(
    cost: int = 0, rate: Rate | None = None, tokens: int = 1, budgets: tuple[BudgetPeriod, ...] = (ALL_DAY,)
) -> ReservationRequest:
    return ReservationRequest("first", rate or Rate(), tokens, cost, budgets, 60.0)


async def spent(models: Models) -> tuple[int, int]:
    await models.room.calling.drain()
    return await models.admission.spent("all", f"{now():%Y-%m-%d}")


@pytest.mark.slow
async def test_two_hundred_calls_at_once_overspend_by_nothing(furnished: BuildLlm) -> None:
    # Every call costs exactly what is reserved for it, so that the sum shows the very limit.
    service = Scripted(lines=[lambda request: GOOD], seconds=0.01)
    allowed = 50
    price = Price(0.0, 1.0)

    def costly(request: ModelRequest) -> str:
        return GOOD

    service.lines = [answer(GOOD, tokens=(0, 100))]
    limit = allowed * 100 + 99
    models = furnished(
        service, prices={"gpt-4o-mini": price}, budgets=Budgets(Allowance(per_day=limit)), policy=UNCACHED
    )
    outcomes = await asyncio.gather(*(models.run("sentiment-analysis", text=f"text {n}") for n in range(200)))
    by_model = [outcome for outcome in outcomes if outcome.service == "first"]
    assert len(by_model) == allowed == len(service.asked)
    assert await spent(models) == (allowed * 100, 0)
    rest = [outcome for outcome in outcomes if outcome.service == "builtin"]
    assert {outcome.failures[0].trouble for outcome in rest} == {"over_budget"}


async def test_two_processes_share_one_budget(container: Container) -> None:
    processes = [StoredAdmission(container.database, ManualClock(), new_id) for _ in range(2)]
    answers = await asyncio.gather(*(processes[n % 2].admit(asking(cost=7)) for n in range(200)))
    assert sum(isinstance(each, Reservation) for each in answers) == 1000 // 7
    assert await processes[0].spent("all", "2026-03-29") == (0, 1000 // 7 * 7)


async def test_what_was_not_used_can_be_spent_by_others(container: Container) -> None:
    admission = StoredAdmission(container.database, ManualClock(), new_id)
    reservation = await admission.admit(asking(cost=1000))
    assert isinstance(reservation, Reservation)
    assert isinstance(await admission.admit(asking(cost=1)), Denied)
    await admission.settle(reservation, 300)
    assert await admission.spent("all", "2026-03-29") == (300, 0)
    assert isinstance(await admission.admit(asking(cost=700)), Reservation)


async def test_settling_twice_counts_once(container: Container) -> None:
    admission = StoredAdmission(container.database, ManualClock(), new_id)
    reservation = await admission.admit(asking(cost=1000))
    assert isinstance(reservation, Reservation)
    await asyncio.gather(*(admission.settle(reservation, 300) for _ in range(5)))
    assert await admission.spent("all", "2026-03-29") == (300, 0)


async def test_a_refusal_of_one_pot_leaves_the_others_untouched(container: Container) -> None:
    admission = StoredAdmission(container.database, ManualClock(), new_id)
    budgets = (BudgetPeriod("all", "d", 1000), BudgetPeriod("caller:x", "d", 10))
    assert isinstance(await admission.admit(asking(cost=50, budgets=budgets)), Denied)
    assert await admission.spent("all", "d") == (0, 0)


async def test_the_reservation_of_a_process_that_died_is_booked_as_spent(container: Container) -> None:
    clock = ManualClock()
    admission = StoredAdmission(container.database, clock, new_id)
    await admission.admit(asking(cost=400))
    assert await admission.release_expired() == 0
    clock.move(61)
    assert await admission.release_expired() == 1
    assert await admission.spent("all", "2026-03-29") == (400, 0)


async def test_budgets_hold_per_use_case_caller_day_and_month(furnished: BuildLlm) -> None:
    service = Scripted(lines=[answer(GOOD, tokens=(0, 100))])
    named = {"caller:poor": Allowance(per_day=1), "use_case:translation": Allowance(per_month=1)}
    models = furnished(service, budgets=Budgets(Allowance(), named), policy=UNCACHED)
    assert (await models.run("sentiment-analysis", Asker("poor"), text="x")).service == "builtin"
    assert (await models.run("sentiment-analysis", Asker("rich"), text="x")).service == "first"


async def test_a_model_without_a_price_cannot_be_held_by_a_budget_and_is_not_asked(furnished: BuildLlm) -> None:
    service = Scripted(lines=[GOOD])
    chains = {"default": ["first/house-model", "builtin"]}
    models = furnished(service, chains=chains, budgets=Budgets(Allowance(per_day=10**9)))
    outcome = await models.run("sentiment-analysis", text="x")
    assert (outcome.service, service.asked) == ("builtin", [])
    assert "no price" in outcome.failures[0].reason


async def test_a_call_that_may_have_been_charged_is_booked_whole(furnished: BuildLlm) -> None:
    service = Scripted(lines=[failed(ErrorKind.TIMEOUT)])
    models = furnished(service, budgets=Budgets(Allowance(per_day=10**9)), policy=UNCACHED)
    await models.run("sentiment-analysis", text="x")
    booked, reserved = await spent(models)
    assert booked > 0
    assert reserved == 0


async def test_a_call_that_was_refused_costs_nothing(furnished: BuildLlm) -> None:
    service = Scripted(lines=[failed(ErrorKind.RATE_LIMITED)])
    models = furnished(service, budgets=Budgets(Allowance(per_day=10**9)), policy=UNCACHED)
    await models.run("sentiment-analysis", text="x")
    assert await spent(models) == (0, 0)


async def test_no_sixty_seconds_admit_more_than_the_limit_also_over_two_processes(container: Container) -> None:
    clock = ManualClock()
    processes = [StoredAdmission(container.database, clock, new_id) for _ in range(2)]
    admitted: list[float] = []
    for step in range(600):
        if isinstance(
            await processes[step % 2].admit(asking(rate=Rate(requests_per_minute=30), budgets=())), Reservation
        ):
            admitted.append(clock().timestamp())
        clock.move(0.5)
    most = max(sum(start <= each < start + 60 for each in admitted) for start in admitted)
    assert most <= 30
    assert len(admitted) >= 5 * 25


@pytest.mark.parametrize("sizes", [(70,), (30, 800), (990,), (5000, 10)])
async def test_tokens_per_minute_are_held_too(container: Container, sizes: tuple[int, ...]) -> None:
    clock = ManualClock()
    admission = StoredAdmission(container.database, clock, new_id)
    tokens: list[tuple[float, int]] = []
    for step in range(300):
        size = sizes[step % len(sizes)]
        if isinstance(
            await admission.admit(asking(rate=Rate(tokens_per_minute=1000), tokens=size, budgets=())), Reservation
        ):
            tokens.append((clock().timestamp(), min(size, 1000)))
        clock.move(0.7)
    assert tokens
    assert max(sum(n for at, n in tokens if start <= at < start + 60) for start, _ in tokens) <= 1000


async def test_a_refused_request_says_when_to_come_back(container: Container) -> None:
    clock = ManualClock()
    admission = StoredAdmission(container.database, clock, new_id)
    limited = asking(rate=Rate(requests_per_minute=6), budgets=())
    assert isinstance(await admission.admit(limited), Reservation)
    refused = await admission.admit(limited)
    assert isinstance(refused, Denied)
    assert refused.after_seconds is not None
    clock.move(refused.after_seconds)
    assert isinstance(await admission.admit(limited), Reservation)


async def test_as_many_calls_at_once_as_are_allowed_and_the_others_wait(furnished: BuildLlm) -> None:
    service = Scripted(lines=[GOOD], seconds=0.03)
    models = furnished(service, rates={"first": Rate(concurrency=3)}, policy=UNCACHED)
    outcomes = await asyncio.gather(*(models.run("sentiment-analysis", text=f"text {n}") for n in range(12)))
    assert service.most_at_once <= 3
    assert {outcome.service for outcome in outcomes} == {"first"}


async def test_a_limit_beyond_the_deadline_leads_to_the_next_route(furnished: BuildLlm) -> None:
    service = Scripted(lines=[GOOD])
    models = furnished(
        service, rates={"first": Rate(requests_per_minute=1)}, policy=CallPolicy(deadline=20, caches=False)
    )
    first, second = [await models.run("sentiment-analysis", text=text) for text in ("one", "two")]
    assert (first.service, second.service, second.failures[0].trouble) == ("first", "builtin", "over_limit")


@pytest.mark.parametrize("text", ["hello", "Grüße aus Köln", "🙂" * 50, "日本語のテキスト"])
def test_a_request_never_has_more_tokens_than_is_reserved_for_it(text: str) -> None:
    assert most_tokens(chat(("user", text))) >= len(text.encode())


def test_prices_of_the_house_come_before_those_that_ship() -> None:
    assert Prices().of("gpt-4o-mini-2024-07-18") == Price(0.15, 0.6, 0.075)
    assert Prices({"gpt-4o-mini*": Price(9)}).of("gpt-4o-mini-2024-07-18") == Price(9)
    assert Prices().of("nobody-knows") is None
    assert Price(0.15, 0.6).of(1000, 100) == 210
    assert Price(1.0, 2.0, 0.1, 1.25).of(1000, 100, 500, 200) == 800
