"""The mail door with a real mail client, cut at every place a network can cut."""

import base64
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

import pytest

from ingest.doors.serving import LoopDoor
from ingest.doors.smtp import SmtpDoor, port_of
from ingest.doors.tls import Certificate
from tests.certificate import made_certificate
from tests.desk import Desk
from tests.doors import DEVICE, PASSWORD, House, cut_points, reset, serving
from tests.scanner import saved, sheet

SCAN = saved(sheet(1), "PNG")
OTHER = saved(sheet(2), "PNG")


def a_door(
    house: House, certificate: Certificate | None = None, mail_bytes: int = 10_000_000
) -> LoopDoor:
    door = SmtpDoor(
        address=("127.0.0.1", 0),
        reception=house.reception("mail"),
        doorkeeper=house.doorkeeper,
        certificate=certificate,
        mail_bytes=mail_bytes,
    )
    return LoopDoor(door.open, port_of=port_of)


@pytest.fixture
def house(desk: Desk, tmp_path: Path) -> House:
    made = House(desk, tmp_path / "incoming")
    made.add_device()
    return made


@pytest.fixture
def port(house: House) -> Iterator[int]:
    with serving(a_door(house)) as port:
        yield port


def mail(files: dict[str, bytes], number: int = 1) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "mfp@office.example", "scan@kamizero.example"
    message["Subject"], message["Message-ID"] = "Scan", f"<{number}@mfp>"
    message.set_content("Scanned at the office.")
    for name, data in files.items():
        message.add_attachment(data, maintype="image", subtype="png", filename=name)
    return message


def send(port: int, message: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        client.login(DEVICE, PASSWORD)
        client.send_message(message)


def cut(port: int, data: bytes, *, hard: bool) -> None:
    client = smtplib.SMTP("127.0.0.1", port, timeout=60)
    client.login(DEVICE, PASSWORD)
    client.mail("mfp@office.example")
    client.rcpt("scan@kamizero.example")
    client.docmd("DATA")
    assert client.sock is not None
    client.sock.sendall(data)
    if hard:
        reset(client.sock)
    else:
        client.sock.shutdown(socket.SHUT_RDWR)
    client.close()


def test_the_attachments_of_a_mail_are_one_job(house: House, port: int) -> None:
    send(port, mail({"a.png": SCAN, "b.png": OTHER}))

    house.take()

    assert house.jobs() == [[("a.png", "taken", SCAN), ("b.png", "taken", OTHER)]]
    assert house.waiting_files() == []


def test_thirty_attachments_are_all_taken(house: House, port: int) -> None:
    files = {f"{n}.png": saved(sheet(n), "PNG") for n in range(30)}
    send(port, mail(files))

    house.take()

    ((*taken,),) = house.jobs()
    assert {name: data for name, _, data in taken} == files


@pytest.mark.parametrize("hard", [False, True], ids=["closed", "reset"])
def test_a_mail_cut_anywhere_is_not_kept_and_its_retry_is_taken_once(
    house: House, port: int, hard: bool
) -> None:
    message = mail({"a.png": SCAN, "b.png": OTHER})
    data = message.as_bytes().replace(b"\n", b"\r\n") + b"\r\n.\r\n"
    for point in cut_points(len(data)):
        cut(port, data[:point], hard=hard)
    assert house.uploads() == []

    send(port, message)
    house.take()

    assert house.jobs() == [[("a.png", "taken", SCAN), ("b.png", "taken", OTHER)]]


def test_a_mail_relayed_twice_is_one_arrival(house: House, port: int) -> None:
    message = mail({"a.png": SCAN})
    send(port, message)
    house.take()
    message["Received"] = "from relay.example; a minute later"
    send(port, message)
    house.take()

    assert house.jobs() == [[("a.png", "taken", SCAN)]]


def test_a_mail_without_attachment_is_refused(house: House, port: int) -> None:
    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(port, mail({}))

    assert refused.value.smtp_code == 554
    assert house.uploads() == []


def test_a_scan_in_a_mail_passed_on_and_an_inline_one_are_taken(
    house: House, port: int
) -> None:
    passed_on = mail({"inner.png": SCAN}, number=2)
    message = mail({}, number=1)
    message.add_attachment(passed_on)
    message.add_attachment(OTHER, maintype="image", subtype="png", disposition="inline")
    send(port, message)

    house.take()

    ((*files,),) = house.jobs()
    assert [data for _, _, data in files] == [SCAN, OTHER]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/cron.d/x", "etc/cron.d/x"),
        ("-rf.png", "-rf.png"),
        ("給与.png", "給与.png"),
        ("n" * 400 + ".png", "n" * 196 + ".png"),
    ],
)
def test_a_hostile_name_is_only_a_name(
    house: House, port: int, sent: str, shown: str
) -> None:
    send(port, mail({sent: SCAN}))

    house.take()

    assert house.jobs() == [[(shown, "taken", SCAN)]]


def test_nobody_sends_without_a_login(house: House, port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login(DEVICE, "wrong password")
        with suppress(smtplib.SMTPServerDisconnected):
            code, _ = client.mail("mfp@office.example")
            assert code == 530

    assert house.uploads() == []


def test_a_device_that_is_removed_while_it_is_logged_in_sends_no_more(
    house: House, port: int
) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        client.login(DEVICE, PASSWORD)
        client.send_message(mail({"a.png": SCAN}, number=1))
        house.remove_device()
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.send_message(mail({"b.png": OTHER}, number=2))
    house.take()

    assert refused.value.smtp_code == 550
    assert b"may send no more" in refused.value.smtp_error
    assert house.jobs() == [[("a.png", "taken", SCAN)]]


def test_a_full_disk_and_a_long_mail_are_told(desk: Desk, tmp_path: Path) -> None:
    house = House(desk, tmp_path / "incoming", free_bytes=10**18)
    house.add_device()
    with serving(a_door(house, mail_bytes=20_000)) as port:
        with pytest.raises(smtplib.SMTPDataError) as full:
            send(port, mail({"a.png": SCAN[:1_000]}))
        with pytest.raises(smtplib.SMTPException) as long:
            send(port, mail({"a.png": bytes(30_000)}))

    assert (full.value.smtp_code, full.value.smtp_error[:5]) == (452, b"4.3.1")
    assert "552" in str(long.value)


def test_over_tls_no_password_goes_in_the_clear(desk: Desk, tmp_path: Path) -> None:
    house = House(desk, tmp_path / "incoming")
    house.add_device()
    certificate = made_certificate(tmp_path)
    trusted = ssl.create_default_context(cafile=str(certificate.chain))
    with serving(a_door(house, certificate)) as port:
        with smtplib.SMTP("localhost", port, timeout=60) as client:
            client.ehlo()
            plain = base64.b64encode(f"\0{DEVICE}\0{PASSWORD}".encode()).decode()
            code, _ = client.docmd("AUTH", f"PLAIN {plain}")
        with smtplib.SMTP("localhost", port, timeout=60) as client:
            client.starttls(context=trusted)
            client.login(DEVICE, PASSWORD)
            client.send_message(mail({"a.png": SCAN}))

    house.take()

    assert code in (530, 538)
    assert house.jobs() == [[("a.png", "taken", SCAN)]]
