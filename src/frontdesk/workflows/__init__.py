"""The order of things: the pipeline, and the runner that makes each step durable."""
