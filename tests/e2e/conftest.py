"""The product as deployed: real templates, real bundle, real roles, in the embedded AWS."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gameday.embedded.assembly import deploy_assembly
from gameday.embedded.aws import EmbeddedAws
from gameday.embedded.provider import Provider
from gameday.embedded.sample import SampleDay, sample_day
from gameday.synthesis import assembly_for, project_context
from gameday.vault import Vault

KEY = "a-test-key"
