"""The response with an uploaded file, whose permissions the view checked."""

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404

from roundtable.uploads.validation import extension_of


def download(file: FieldFile, name: str, media_type: str) -> FileResponse:
    """Raises Http404 if the file is missing."""
    try:
        content = file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    # Always a download of the stated type, so that browsers never run the file.
    answer = FileResponse(
        content,
        as_attachment=True,
        filename=f"{name}.{extension_of(media_type)}",
        content_type=media_type,
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
