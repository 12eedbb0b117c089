"""Scripts of faults for a stand-in model server. The same requests in the same order get the same faults."""

import math
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec
import yaml
from msgspec import Meta

from frontdesk.interfaces import Invalid

Share = Annotated[float, Meta(ge=0, le=1)]


class Fault(StrEnum):
    """Everything that real services do wrong."""

    RATE_LIMITED = "rate_limited"
    NO_QUOTA = "no_quota"
    SERVER_ERROR = "server_error"
    OVERLOADED = "overloaded"
    UNAUTHORISED = "unauthorised"
    UNKNOWN_MODEL = "unknown_model"
    HANG = "hang"
    CUT_BODY = "cut_body"
    CUT_STREAM = "cut_stream"
    STALL_STREAM = "stall_stream"
    FAIL_STREAM = "fail_stream"
    SLOW_TOKENS = "slow_tokens"
    NOT_HTTP_JSON = "not_http_json"
    FENCED = "fenced"
    TRAILING_COMMA = "trailing_comma"
    TRUNCATED_JSON = "truncated_json"
    WRONG_SCHEMA = "wrong_schema"
    FILTERED_PROMPT = "filtered_prompt"
    FILTERED_ANSWER = "filtered_answer"
    REFUSAL = "refusal"
    CUT_OFF = "cut_off"
    EMPTY = "empty"
    ODD_FRAMES = "odd_frames"
    NO_USAGE = "no_usage"
    THINKING = "thinking"


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What happens to requests. A rule applies to those that have `path`, `model` and `contains` in them.

    Of these it skips the first `after`, then takes each `every`th, or a `share` of them spread evenly, `times` at
    most. `answer` is what the model says instead of its own words.
    """

    fault: Fault | None = None
    answer: str | None = None
    path: str = ""
    model: str = ""
    contains: str = ""
    after: Annotated[int, Meta(ge=0)] = 0
    every: Annotated[int, Meta(ge=1)] = 1
    share: Share = 1.0
    times: Annotated[int, Meta(ge=0)] = 0
    retry_after: Annotated[float, Meta(ge=0)] = 1.0
    token_milliseconds: Annotated[float, Meta(ge=0)] = 50.0


class Script:
    """Rules and how often each has been looked at and applied."""

    def __init__(self, rules: Sequence[Rule] = ()) -> None:
        """The first rule that applies counts."""
        self.rules = tuple(rules)
        self._seen = [0] * len(self.rules)
        self._applied = [0] * len(self.rules)

    def choose(self, path: str, model: str, body: bytes) -> Rule | None:
        """The rule that applies to a request."""
        for place, rule in enumerate(self.rules):
            if rule.path not in path or rule.model not in model or rule.contains.encode() not in body:
                continue
            self._seen[place] += 1
            if self._is_due(rule, self._seen[place] - rule.after) and not 0 < rule.times <= self._applied[place]:
                self._applied[place] += 1
                return rule
        return None

    @staticmethod
    def _is_due(rule: Rule, count: int) -> bool:
        """Whether it is the turn of the `count`th request."""
        if count < 1 or count % rule.every:
            return False
        turn = count // rule.every
        return math.floor(turn * rule.share) > math.floor((turn - 1) * rule.share)


def rules_of(raw: Any) -> tuple[Rule, ...]:
    """Rules out of a list, or of an object with `rules`. Raises Invalid."""
    listed = raw.get("rules") if isinstance(raw, dict) else raw
    try:
        return tuple(msgspec.convert(listed or [], list[Rule]))
    except msgspec.ValidationError as error:
        raise Invalid(f"the script is wrong: {error}", "script") from None


def read_script(file: Path) -> tuple[Rule, ...]:
    """Rules out of a YAML or JSON file. Raises Invalid."""
    try:
        return rules_of(yaml.safe_load(file.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Invalid(f"the script {file} cannot be read: {error}", "script") from None
