"""A study is a folder; this room opens, checks and scaffolds it."""

from bantar_lib.study.study import Stage, Study, load_study

__all__ = ["Stage", "Study", "load_study"]
