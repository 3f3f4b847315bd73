import hypothesis

import stacks  # noqa: F401  names the Node that the CDK's modules start when they are imported

# How long an example takes depends on what else the machine does.
hypothesis.settings.register_profile(
    "any machine",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("any machine")
