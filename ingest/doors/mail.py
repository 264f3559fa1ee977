"""What a mail brings: its attachments, each as the file it was before it was sent."""

from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from ingest.file_names import clean_name

# Far above any batch of a scanner; each part costs a file of the job.
MOST_ATTACHMENTS = 1_000
_WORDS = ("text/plain", "text/html")


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file of a mail, its name cleaned."""

    name: str
    data: bytes


def parsed(data: bytes) -> EmailMessage:
    message = BytesParser(policy=policy.default).parsebytes(data)
    # The policy makes it one; the parser's types do not know.
    assert isinstance(message, EmailMessage)  # noqa: S101
    return message


def message_name(message: EmailMessage) -> str:
    """What tells a mail from others: its Message-ID, where it has one."""
    return clean_name(str(message.get("Message-ID", "") or "mail").strip())


def attachments(message: EmailMessage) -> list[Attachment]:
    """Everything a mail brings but the words written to people.

    Also what lies in mails that are passed on, and pictures shown among the words:
    some devices send a scan so.
    """
    found: list[Attachment] = []
    for part in message.walk():
        if len(found) >= MOST_ATTACHMENTS:
            break
        if part.is_multipart() or _is_words(part):
            continue
        number = len(found) + 1
        name = clean_name(part.get_filename() or f"attachment-{number}")
        content = part.get_payload(decode=True)
        found.append(Attachment(name, content if isinstance(content, bytes) else b""))
    return found


def _is_words(part: EmailMessage) -> bool:
    return (
        part.get_content_type() in _WORDS
        and part.get_content_disposition() != "attachment"
        and part.get_filename() is None
    )
