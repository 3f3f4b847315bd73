import stacks  # noqa: F401  names the Node that the CDK's modules start when they are imported
