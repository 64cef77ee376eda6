"""Documents for people who do not open notebooks."""

from bantar_lib.publish.report import FORMATS, write_report

__all__ = ["FORMATS", "write_report"]
