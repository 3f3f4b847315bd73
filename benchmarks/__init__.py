"""The vault against the pipeline it replaces: ratios measured side by side, in one run."""
