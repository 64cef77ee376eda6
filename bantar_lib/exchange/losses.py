"""What an exported file does not carry, and what was kept back because it may not leave."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Loss:
    """One kind of thing that a file lacks.

    Parameters
    ----------
    what : str
        The thing, in the user's language.
    count : int
        How many of them the study has.
    why : str
        Why they are not in the file.
    kept_back : bool
        Whether it was kept back because it may not be released.
    """

    what: str
    count: int
    why: str
    kept_back: bool = False


@dataclass(frozen=True)
class LossesReport:
    """What was written, and what of the study the file does not hold.

    Parameters
    ----------
    path : Path
        The file.
    written : mapping
        What it holds: kind → number.
    losses : tuple of Loss
        Only kinds of which the study has any.
    """

    path: Path
    written: dict[str, int]
    losses: tuple[Loss, ...]

    def table(self) -> pd.DataFrame:
        """Return the losses, one row a kind: what, count, why, kept_back.

        Examples
        --------
        >>> report = LossesReport(Path("a.qdpx"), {"codes": 9}, (Loss("targets", 2, "no place"),))
        >>> report.table()["count"].tolist()
        [2]
        """
        import pandas as pd

        rows = [(x.what, x.count, x.why, x.kept_back) for x in self.losses]
        return pd.DataFrame(rows, columns=["what", "count", "why", "kept_back"])
