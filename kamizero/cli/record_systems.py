"""The system of record that the settings name, beside the loaded register."""

from kamizero.errors import SetupError
from kamizero.records import RecordKind
from kamizero.settings import Settings
from storage.records.divided import DividedRecords
from storage.records.register import Register


def elsewhere_of(settings: Settings, register: Register) -> DividedRecords | None:
    """What is asked over HTTP, divided from what is loaded; None where nothing is.

    Raises:
        SetupError: a kind is none, or the token cannot be read.
    """
    if settings.records_url is None:
        return None
    # Only who asks over HTTP loads a client for it.
    from storage.records.remote import RemoteRecords

    remote = RemoteRecords(
        settings.records_url, token=_token(settings), seconds=settings.records_seconds
    )
    return DividedRecords(register, remote, _kinds(settings.records_kinds))


def _kinds(text: str) -> list[RecordKind]:
    named = [word.strip() for word in text.split(",") if word.strip()]
    unknown = [word for word in named if word not in list(RecordKind)]
    if unknown:
        raise SetupError(
            f"KAMIZERO_RECORDS_KINDS: {', '.join(unknown)} is no kind of records. "
            f"Known: {', '.join(RecordKind)}."
        )
    return [RecordKind(word) for word in named]


def _token(settings: Settings) -> str:
    path = settings.records_token_file
    if path is None:
        return ""
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(
            f"KAMIZERO_RECORDS_TOKEN_FILE: {path} cannot be read."
        ) from error
