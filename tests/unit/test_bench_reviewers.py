"""What the benchmark of many reviewers measures with."""

from fastapi import FastAPI
from starlette.testclient import TestClient

from bench.timed_server import HEADER, Timed, milliseconds


def test_each_answer_says_how_long_the_server_took() -> None:
    app = FastAPI()
    app.get("/quick")(lambda: {"said": "at once"})

    answer = TestClient(Timed(app)).get("/quick")

    assert answer.json() == {"said": "at once"}
    assert 0 < milliseconds(answer.headers[HEADER]) < 5000
