"""Tagged PDFs; requires weasyprint and the system library Pango."""

from functools import cache
from typing import Any

from django.conf import settings


@cache
def _weasyprint() -> Any:
    try:
        # Imported late: it uses 23 MB, which only a process that makes PDFs needs.
        import weasyprint  # noqa: PLC0415
    except (ImportError, OSError):
        return None
    return weasyprint


def can_render_pdf() -> bool:
    return _weasyprint() is not None


def render_pdf(html: str, style: str) -> bytes:
    """Returns PDF/UA; fetches no resources. Raises RuntimeError without weasyprint."""
    weasyprint = _weasyprint()
    if weasyprint is None:
        raise RuntimeError("weasyprint or Pango is absent")
    nothing = weasyprint.urls.URLFetcher(allowed_protocols=())
    page = weasyprint.HTML(string=html, base_url=settings.PORTAL_URL, url_fetcher=nothing)
    sheet = weasyprint.CSS(string=style, url_fetcher=nothing)
    made: bytes = page.write_pdf(stylesheets=[sheet], pdf_variant="pdf/ua-1")
    return made
