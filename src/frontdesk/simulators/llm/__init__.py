"""A stand-in for model services: OpenAI, Azure OpenAI, Anthropic and SAP AI Core, over real HTTP, with faults."""

from frontdesk.simulators.llm.sayings import Reader, Reading
from frontdesk.simulators.llm.scripts import Fault, Rule, read_script
from frontdesk.simulators.llm.simulator import KEY, LlmSimulator

__all__ = ["KEY", "Fault", "LlmSimulator", "Reader", "Reading", "Rule", "read_script"]
