"""The receipt of a bundle (受領票) in the words of the person who prints it."""

from collections.abc import Iterator

import segno
from markupsafe import Markup
from sqlalchemy.orm import Session

from forms.code import receipt_code
from forms.library import Library
from forms.slip import PrintedSlip
from review.sorting.receipt import Slip, slip
from storage.tables import Bundle, Job
from web.language import Texts
from web.shown.jobs import form_title


def printed_slip(
    session: Session, bundle: Bundle, library: Library, texts: Texts, language: str
) -> PrintedSlip:
    """What stands on it, as the bundle is now."""
    found = slip(session, bundle)
    job = session.get_one(Job, bundle.job_id)
    return PrintedSlip(
        title=texts.say("slip.title", language),
        rows=list(_rows(bundle, job, found, library, texts, language)),
        line=found.line(language),
        code=receipt_code(bundle.id),
    )


def qr_svg(code: str) -> Markup:
    """The code as a picture that scales, dark on white on every screen."""
    picture = segno.make(code, error="m", micro=False)
    # Made of numbers alone, whatever the code says.
    return Markup(picture.svg_inline(scale=4, border=3, light="white"))  # noqa: S704


def _rows(
    bundle: Bundle, job: Job, found: Slip, library: Library, texts: Texts, language: str
) -> Iterator[tuple[str, str]]:
    unit = "records" if found.on_medium else "sheets"

    def say(key: str, **values: object) -> str:
        return texts.say(f"slip.{key}", language, **values)

    def counted(number: int | None) -> str:
        return "–" if number is None else say(unit, n=number)

    yield say("medium" if found.on_medium else "bundle"), bundle.number or "–"
    if bundle.medium:
        yield say("form"), texts.say(f"medium.{bundle.medium}", language)
    elif bundle.form:
        yield say("form"), form_title(library, bundle.form, "", language)
    yield say("site"), job.site
    yield say("received_on"), f"{bundle.received_on or job.received_on}"
    yield say("declared"), counted(found.declared)
    yield say("received"), counted(found.received)
    yield say("verdict"), say("passes" if found.passes else "open")
    yield say("job"), f"{job.id}"
