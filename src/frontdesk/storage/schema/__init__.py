"""Tables by subject, their rows as facts, the migrations that lead there. Importing it declares every table."""

from frontdesk.storage.schema import (
    audit,
    channels,
    configuration,
    desk,
    insights,
    interactions,
    knowledge,
    llm,
    odata,
    people,
    pipeline,
    privacy,
    rules,
)
