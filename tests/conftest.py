import os

import hypothesis

# Schema validation and cdk-nag have a test of their own; elsewhere they would only cost time.
os.environ["CDK_VALIDATION"] = "false"

import stacks  # noqa: F401  names the Node that the CDK's modules start when they are imported

# How long an example takes depends on what else the machine does; CI tries the same ones each time.
hypothesis.settings.register_profile(
    "any machine",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("any machine")
