"""Running the notebooks of a study: what, where, and what became of each."""

from bantar_lib.batch.plan import Job, plan
from bantar_lib.batch.run import run_batch

__all__ = ["Job", "plan", "run_batch"]
