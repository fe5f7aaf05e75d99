"""A page as a tagged PDF, where weasyprint is installed and the system has Pango."""

from functools import cache
from typing import Any

from django.conf import settings


@cache
def _weasyprint() -> Any:
    """The library; None where it, or what it needs of the system, is absent."""
    try:
        # Here, not above: it takes 23 MB, which only a process that makes PDFs should spend.
        import weasyprint  # noqa: PLC0415
    except (ImportError, OSError):
        return None
    return weasyprint


def can_render_pdf() -> bool:
    """Whether a PDF can be made here."""
    return _weasyprint() is not None


def render_pdf(html: str, style: str) -> bytes:
    """The page as PDF/UA: tagged, with its language and its title.

    Nothing is fetched for it. Relative links lead to the portal. Raises RuntimeError where
    `can_render_pdf` says no.
    """
    weasyprint = _weasyprint()
    if weasyprint is None:
        raise RuntimeError("weasyprint or Pango is absent")
    nothing = weasyprint.urls.URLFetcher(allowed_protocols=())
    page = weasyprint.HTML(string=html, base_url=settings.PORTAL_URL, url_fetcher=nothing)
    sheet = weasyprint.CSS(string=style, url_fetcher=nothing)
    made: bytes = page.write_pdf(stylesheets=[sheet], pdf_variant="pdf/ua-1")
    return made
