"""What the demo says on the terminal."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from collector.demo.account import Accounts
from collector.demo.outcome import Outcome


class Screen:
    def __init__(self, console: Console) -> None:
        self._console = console
        # Drawn by our own loop: a thread of rich's would draw into the middle of a message.
        self._live = Live(console=console, auto_refresh=False, transient=True)

    def say(self, text: str = "") -> None:
        self._console.print(text, highlight=False, soft_wrap=True)

    def progress(self, days: Iterable[int], total: int) -> Iterator[int]:
        """Passes `days` on, each with its number of votes, under a bar of `total` days."""
        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("days · {task.fields[votes]:,} votes"),
            TimeRemainingColumn(),
            console=self._console,
        )
        told = 0
        with bar:
            task = bar.add_task("History, made once", total=total, votes=0)
            for votes in days:
                told += votes
                bar.update(task, advance=1, votes=told)
                yield votes

    def welcome(self, address: str, accounts: Accounts, kiosks: int, seconds: float) -> None:
        self.say()
        self.say(f"  Kotak Senyum   [bold]{address}[/bold]")
        for name, standing in accounts.standings.items():
            self.say(f"  user           [bold]{name:<10}[/bold] {standing}")
        self.say(f"  password       [bold]{accounts.password}[/bold]   (of each of them)")
        self.say(f"  live kiosks    {kiosks}")
        self.say(f"  stop           Ctrl-C        (started in {seconds:.1f} s)")
        self.say()

    def live(self) -> AbstractContextManager[object]:
        """While it is entered, `status` draws; on no terminal it draws nothing."""
        return self._live if self._console.is_terminal else nullcontext()

    def status(self, confirmed: int, stored: int, running: int) -> None:
        if self._live.is_started:
            text = f"  {running} kiosks · confirmed {confirmed:,} · stored {stored:,}"
            self._live.update(text, refresh=True)

    def tell(self, outcome: Outcome) -> None:
        self.say(
            f"  pressed {outcome.pressed:,} · confirmed {outcome.confirmed:,} ·"
            f" stored {outcome.stored:,} · lost {outcome.lost:,} ·"
            f" duplicated {outcome.duplicated:,} · {outcome.agencies} agencies have votes"
        )
