from collections.abc import Mapping
from types import MappingProxyType

import pytest

from tests.unit.containers.videos import make_clips


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """Clips of one second by name, some of them no videos."""
    return MappingProxyType(make_clips(tmp_path_factory.mktemp("clips")))
