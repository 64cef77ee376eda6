"""A reading site made of what `bantar run` left: static pages, nothing fetched, nothing run."""

from bantar_lib.publish.site.build import Site, build_site

__all__ = ["Site", "build_site"]
