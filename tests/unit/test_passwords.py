"""A password is piped into a command, or typed where nobody can read it."""

import os
import subprocess
import sys

ASK = (
    "from kamizero.cli.passwords import new_password\n"
    "print(len(new_password(is_on_stdin=True)), 'characters')"
)


def at_a_terminal(*typed: tuple[str, str]) -> tuple[int, str]:
    """Type each word once its prompt stands there; what was shown, and how it ended."""
    ours, theirs = os.openpty()
    shown = ""
    with subprocess.Popen(
        [sys.executable, "-c", ASK],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as asked:
        os.close(theirs)
        for prompt, word in typed:
            while prompt not in shown:
                shown += os.read(ours, 1024).decode()
            os.write(ours, f"{word}\n".encode())
        shown += _rest(ours)
    os.close(ours)
    return asked.returncode, shown


def _rest(terminal: int) -> str:
    found = b""
    while True:
        try:
            found += os.read(terminal, 1024)
        except OSError:
            # That is how a terminal ends whose other side is closed.
            return found.decode()


def test_a_password_typed_at_a_terminal_is_not_shown() -> None:
    code, shown = at_a_terminal(
        ("Password: ", "correct horse"), ("Once more: ", "correct horse")
    )

    assert (code, "13 characters" in shown) == (0, True), shown
    assert "horse" not in shown


def test_a_password_mistyped_once_is_not_taken() -> None:
    code, shown = at_a_terminal(
        ("Password: ", "correct horse"), ("Once more: ", "correct house")
    )

    assert (code, "The two differ" in shown) == (1, True), shown


def test_a_password_is_piped_in_without_a_question() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        input="correct horse\nand no more",
        capture_output=True,
        text=True,
        check=True,
    )

    assert (done.stdout, done.stderr) == ("13 characters\n", "")
