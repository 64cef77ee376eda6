"""A study is a folder; this room opens, checks and scaffolds it."""

from bantar_lib.study.check import check_study
from bantar_lib.study.problems import Problem
from bantar_lib.study.study import Stage, Study, find_study, list_studies, load_study

__all__ = [
    "Problem",
    "Stage",
    "Study",
    "check_study",
    "find_study",
    "list_studies",
    "load_study",
]
