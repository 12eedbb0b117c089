"""Nothing is done on a guess, each matter is acknowledged once, and there is one reply."""

from collections.abc import Mapping
from typing import Any

import pytest

from frontdesk.interfaces import Verdict
from frontdesk.orchestrator.actions import KINDS
from frontdesk.orchestrator.risks import Risk, risk_of
from frontdesk.orchestrator.rules import TableRules, default_rules
from frontdesk.orchestrator.templates import known_templates
from tests.orchestrator.tables import rules

LEAST = {"low": 0.0, "medium": 0.6, "high": 0.7}
FACTS: Mapping[str, Any] = {
    "intent": "TI",
    "intent_probability": 0.9,
    "sentiment": "Neutral",
    "sentiment_probability": 0.9,
    "message_type": "SR",
    "type_probability": 0.9,
    "tier": "builtin",
    "second_intent": "TI",
    "second_sentiment": "Neutral",
    "least": LEAST,
    "has": {"unresolved": False},
}


def facts(**changed: Any) -> dict[str, Any]:
    """Of a technical issue that is read with certainty, with some changed; a signal is as probable as .95."""
    signal = changed.get("signal", "")
    return {**FACTS, "signals": {signal: 0.95} if signal else {}, **changed}


def decided(**changed: Any) -> Verdict:
    return default_rules().decide(facts(**changed))


def kinds(verdict: Verdict) -> list[str]:
    return [str(action["kind"]) for action in verdict.actions]


def replies(verdict: Verdict) -> list[str]:
    """The templates of its replies, and of those that are sent where no answer is known."""
    told = [action.get("template") or action.get("otherwise") for action in verdict.actions]
    return [str(template) for template in told if template]


def acts(verdict: Verdict) -> list[str]:
    """What is done without a person."""
    every = kinds(verdict)
    return every[: every.index("ask_person")] if "ask_person" in every else every


def test_a_service_call_on_a_guess_is_proposed_and_the_customer_gets_a_neutral_receipt() -> None:
    verdict = decided(intent_probability=0.62)
    assert "create_service_call" not in acts(verdict)
    assert kinds(verdict)[-3:] == ["ask_person", "create_service_call", "reply"]
    assert replies(verdict) == ["received", "service_call_created"]
    question = next(action for action in verdict.actions if action["kind"] == "ask_person")
    assert (question["because"], question["certainty"], question["least"]) == ("unsure", 0.62, 0.7)


def test_what_costs_nothing_is_done_however_unsure_the_reading_is() -> None:
    verdict = decided(intent="DI", second_intent="DI", intent_probability=0.46, least={"low": 0.0, "medium": 1.0})
    assert acts(verdict) == kinds(verdict) == ["assign_team", "answer"]


def test_at_the_limit_it_is_done() -> None:
    assert "ask_person" not in kinds(decided(intent_probability=0.7))


def test_a_limit_of_one_action_counts_before_that_of_its_risk() -> None:
    assert "ask_person" in kinds(decided(least={**LEAST, "create_service_call": 0.95}))
    assert "ask_person" not in kinds(decided(intent_probability=0.3, least={**LEAST, "create_service_call": 0.2}))


def test_no_rule_gets_around_it() -> None:
    greedy = rules(
        ({"sentiment": "'Negative'"}, {"actions": "['create_service_call']", "status": "'CL'"}),
        ({"has.danger": "true"}, {"actions": "['order_status']"}),
        ({"message_type": "'SR'"}, {"actions": "['update_case']"}),
    )
    assert acts(greedy.decide(facts(sentiment="Negative", sentiment_probability=0.5))) == []
    guess = facts(has={"danger": True}, signals={"danger": 0.55})
    assert acts(greedy.decide(guess)) == []
    assert acts(greedy.decide(facts(type_probability=0.69))) == []
    assert acts(greedy.decide(facts(type_probability=0.71))) == ["update_case"]


def test_a_rule_that_hangs_on_no_reading_is_certain() -> None:
    made = rules(({"channel": "'PHC'"}, {"actions": "['create_service_call']"}))
    assert acts(made.decide(facts(channel="PHC", intent_probability=0.1))) == ["create_service_call"]


def test_a_signal_that_is_almost_there_holds_costly_actions_back() -> None:
    assert "ask_person" in kinds(decided(signals={"danger": 0.4}))


@pytest.mark.parametrize("second", [{"second_intent": "CI"}, {"second_intent": ""}])
def test_where_two_readers_disagree_a_person_decides_whatever_the_probability(second: dict[str, str]) -> None:
    verdict = decided(tier="model", intent_probability=0.99, **second)
    assert "create_service_call" not in acts(verdict)
    assert next(a for a in verdict.actions if a["kind"] == "ask_person")["because"] == "readers_disagree"


def test_where_they_agree_it_is_done() -> None:
    assert "create_service_call" in acts(decided(tier="model", intent_probability=0.8))


@pytest.mark.parametrize("signal", ["danger", "wants_person", "threatens", "privacy_request", "abuse", "cancels"])
@pytest.mark.parametrize("intent", ["TI", "CI", "DI", ""])
def test_what_needs_a_person_gets_one_and_is_never_closed_or_thanked(signal: str, intent: str) -> None:
    verdict = decided(signal=signal, intent=intent, second_intent=intent, sentiment="Positive")
    assert verdict.route == "Person"
    assert {"set_status", "create_service_call"}.isdisjoint(kinds(verdict))
    assert replies(verdict) in (["danger"], ["person_wanted"], ["received"])


def test_danger_is_most_urgent_and_says_whom_to_call() -> None:
    verdict = decided(signal="danger", signals={"danger": 0.5, "thanks_only": 0.9})
    assert {"kind": "set_priority", "priority": "V"} in verdict.actions
    assert replies(verdict) == ["danger"]


@pytest.mark.parametrize("signal", ["automatic", "spam"])
def test_machines_and_advertising_get_no_reply(signal: str) -> None:
    verdict = decided(signal=signal)
    assert (verdict.route, replies(verdict)) == ("SetAside", [])


def test_a_withdrawal_from_a_purchase_is_a_return() -> None:
    assert decided(signal="cancels", intent="WR", second_intent="WR").route == "WR-Chatbot"


def test_what_is_solved_is_thanked_and_ended_only_if_nothing_else_is_asked() -> None:
    done = {"kind": "set_status", "status": "SP"}
    alone = decided(signal="resolved", open_service_call=True, service_call="k1")
    assert done in alone.actions
    assert {"kind": "remark_service_call", "call": "k1"} in alone.actions
    assert "create_service_call" not in kinds(alone)
    two = [concern("TI"), concern("DI")]
    seemingly = ({"question": True}, {"concerns": two}, {"sentiment": "Negative"}, {"has": {"unresolved": True}})
    for more in seemingly:
        assert done not in decided(signal="resolved", **more).actions


def test_what_is_still_not_solved_gets_no_second_service_call_while_one_is_open() -> None:
    again = decided(signal="unresolved", open_service_call=True, service_call="k1")
    assert {"escalate", "remark_service_call"} <= set(kinds(again))
    assert "create_service_call" not in kinds(again)
    assert {"escalate", "create_service_call"} <= set(kinds(decided(signal="unresolved")))
    assert "create_service_call" not in kinds(decided(open_service_call=True, service_call="k1"))


def test_what_is_only_made_more_urgent_does_not_hang_on_the_signal() -> None:
    assert "create_service_call" in acts(decided(signal="unresolved", signals={"unresolved": 0.3}))
    assert "create_service_call" not in acts(decided(signal="unresolved", signals={"unresolved": 0.3, "spam": 0.5}))


def test_a_technical_issue_that_is_well_spoken_of_opens_no_service_call() -> None:
    assert "create_service_call" not in kinds(decided(sentiment="Positive", signal="thanks_only"))


def test_thanks_with_an_unsure_intent_are_thanks() -> None:
    thanks = {"intent": "CI", "second_intent": "CI", "sentiment": "Positive", "second_sentiment": "Positive"}
    assert replies(decided(signal="thanks_only", intent_probability=0.3, **thanks)) == ["compliment"]
    hijacked = thanks | {"tier": "model", "second_intent": "TI"}
    assert replies(decided(signal="thanks_only", **hijacked))[0] == "received"


def test_a_department_is_told_only_of_what_is_sure_enough() -> None:
    assert decided(intent="CA", second_intent="CA", intent_probability=0.4).route == "Person"
    assert decided(intent="CA", second_intent="CA", intent_probability=0.5).route == "CRM-Complaint"


def test_how_the_customer_feels_says_only_how_urgent_a_fault_is() -> None:
    assert "create_service_call" in acts(decided(sentiment="Negative", sentiment_probability=0.4))
    disagreed = {"tier": "model", "sentiment": "Negative", "second_sentiment": "Neutral"}
    assert "create_service_call" in acts(decided(**disagreed))
    thanks = {"intent": "CI", "second_intent": "CI", "sentiment": "Positive", "second_sentiment": "Neutral"}
    assert acts(decided(signal="thanks_only", tier="model", **thanks)) == ["set_priority", "reply"]
    assert replies(decided(signal="thanks_only", tier="model", **thanks))[0] == "received"


def test_a_remark_without_a_call_is_left_out() -> None:
    assert "remark_service_call" not in kinds(decided(signal="resolved"))


def test_praise_is_thanked_only_with_thanks_and_nothing_else() -> None:
    thanks = {"intent": "CI", "second_intent": "CI", "sentiment": "Positive", "second_sentiment": "Positive"}
    assert replies(decided(signal="thanks_only", **thanks)) == ["compliment"]
    assert replies(decided(**thanks)) == ["received"]
    assert replies(decided(signal="irony", **thanks)) == ["received"]
    assert replies(decided(signal="thanks_only", **thanks | {"intent": "TI"})) == ["received"]
    assert replies(decided(signal="thanks_only", concerns=[concern("PI")], **thanks)) == ["received"]
    assert replies(decided(signal="thanks_only", **thanks | {"question": True})) == ["received"]
    unsure = decided(signal="thanks_only", sentiment_probability=0.5, **thanks)
    assert (replies(unsure)[0], "set_status" in acts(unsure)) == ("received", False)


def concern(intent: str, probability: float = 0.9) -> dict[str, Any]:
    return {"intent": intent, "probability": probability, "type": "SR"}


def test_two_topics_get_the_actions_of_each_and_one_reply() -> None:
    verdict = decided(concerns=[concern("DI"), concern("TI")])
    assert verdict.rule == "Technical issue + Delivery and installation"
    assert kinds(verdict).count("create_service_call") == 1
    assert replies(verdict) == ["several_called"]
    assert [a["team"] for a in verdict.actions if a["kind"] == "assign_team"] == ["TEC"]


def test_the_higher_priority_of_two_topics_counts() -> None:
    verdict = decided(concerns=[concern("PI"), concern("CA")], intent="PI", second_intent="PI")
    assert [a["priority"] for a in verdict.actions if a["kind"] == "set_priority"] == ["H"]
    assert replies(verdict) == ["several_received"]


def test_of_two_topics_only_the_unsure_one_waits() -> None:
    verdict = decided(concerns=[concern("TI", 0.4), concern("DI")], intent_probability=0.4)
    assert "create_service_call" not in acts(verdict)
    assert replies(verdict)[0] == "received"


def test_two_topics_of_one_intent_are_one() -> None:
    assert decided(concerns=[concern("TI"), concern("TI")]) == decided(concerns=[concern("TI")])


def test_a_topic_is_acknowledged_once() -> None:
    delivery = {"intent": "DI", "second_intent": "DI"}
    assert replies(decided(**delivery, acknowledged=["DI"])) == []
    assert replies(decided(**delivery, acknowledged=["TI"])) == ["department_informed"]
    assert replies(decided(acknowledged=["TI"])) == ["service_call_created"]  # it states what is new
    assert replies(decided(signal="wants_person", acknowledged=["TI"])) == ["person_wanted"]


def test_a_receipt_is_not_repeated_either() -> None:
    assert replies(decided(intent_probability=0.3, acknowledged=["TI"])) == ["service_call_created"]


def test_fragments_of_a_chat_get_one_receipt() -> None:
    unsure = {"intent": "CA", "second_intent": "CA", "intent_probability": 0.2}
    assert replies(decided(**unsure, acknowledged=[""])) == []
    assert replies(decided(**unsure, acknowledged=["DI"])) == ["received"]
    assert replies(decided(signal="cancels", acknowledged=[""])) == ["received"]


def test_a_replys_topics_stand_in_the_decision() -> None:
    verdict = decided(concerns=[concern("TI"), concern("DI")])
    assert next(a for a in verdict.actions if a["kind"] == "reply")["about"] == "TI,DI"


def test_a_question_of_the_rule_itself_stays_where_it_was() -> None:
    made: TableRules = rules(({"intent": "'TI'"}, {"actions": "['ask_person', 'create_service_call']"}))
    assert kinds(made.decide(facts(intent_probability=0.1))) == ["ask_person", "create_service_call"]


def test_every_action_has_a_risk_and_what_is_new_has_a_high_one() -> None:
    free = {"ask_person", "wait", "assign_team", "set_priority", "set_category", "tag", "escalate"}
    risks = {kind: risk_of({"kind": kind, "status": "CL", "text": "x"}, known_templates()) for kind in KINDS}
    assert {kind for kind, risk in risks.items() if risk is Risk.NONE} == free
    assert risk_of({"kind": "something_new"}, known_templates()) is Risk.HIGH


def test_an_answer_beside_a_reply_sends_nothing_in_its_place() -> None:
    verdict = decided(concerns=[concern("DI"), concern("TI")])
    [answer] = [action for action in verdict.actions if action["kind"] == "answer"]
    assert "otherwise" not in answer
    assert kinds(verdict).count("reply") == 1


def test_a_question_on_an_acknowledged_topic_is_still_answered_if_the_answer_is_known() -> None:
    verdict = decided(intent="DI", second_intent="DI", acknowledged=["DI"])
    assert [action for action in verdict.actions if action["kind"] == "answer"] == [{"kind": "answer"}]
