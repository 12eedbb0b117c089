"""A stand-in for model services: OpenAI, Azure OpenAI, Anthropic and SAP AI Core, over real HTTP, with faults."""

from benchmarks.model_services.sayings import Reader, Reading
from benchmarks.model_services.scripts import Fault, Rule, read_script
from benchmarks.model_services.simulator import KEY, LlmSimulator

__all__ = ["KEY", "Fault", "LlmSimulator", "Reader", "Reading", "Rule", "read_script"]
