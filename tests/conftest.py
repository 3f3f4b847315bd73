import os

import hypothesis

import stacks  # noqa: F401  names the Node that the CDK's modules start when they are imported

# How long an example takes depends on what else the machine does; CI tries the same ones each time.
hypothesis.settings.register_profile(
    "any machine",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("any machine")
