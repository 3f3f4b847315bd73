"""Everything that runs on AWS Lambda: one handler per module, shipped as one asset."""
