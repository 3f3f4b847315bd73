from rich.console import Console

from gameday.progress import Progress
from gameday.steps import Step


class Told(Step):
    """Remembers what it was told."""

    def __init__(self) -> None:
        super().__init__(Console(quiet=True), "copy")
        self.words: list[str] = []

    def tell(self, detail: str) -> None:
        self.words.append(detail)


def test_a_rate_and_the_time_left_are_told_once_they_are_known():
    moments = iter([0.0, 0.1, 1.0, 4.0])
    step = Told()
    progress = Progress(step, 100_000_000, lambda: next(moments))
    for size in (1_000_000, 9_000_000, 30_000_000):
        progress.add(size)

    assert [words.replace("\u00a0", " ") for words in step.words] == [
        "10.0 MB of 100.0 MB",
        "40.0 MB of 100.0 MB, 10.0 MB/s, 0:06 left",
    ]
