"""Documents for people who do not open notebooks."""

from bantar_lib.publish.docx import write_report

__all__ = ["write_report"]
