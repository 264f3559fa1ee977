"""`kamizero beat`: says every few seconds that somebody should look for work."""

from kamizero import logs
from kamizero.errors import SetupError
from kamizero.settings import Settings
from workers.app import make_app


def beat() -> None:
    """Send the periodic messages of an installation with a broker; run one alone.

    Two at once cost messages and do no harm: rows say what is to be done.
    """
    settings = Settings.load()
    if settings.broker_url is None:
        raise SetupError(
            "No broker is set. Set KAMIZERO_BROKER_URL, or run `kamizero up`, which "
            "needs no beat."
        )
    logs.configure(settings.log_format)
    app = make_app(settings.broker_url)
    schedule = settings.data_dir / "celerybeat-schedule"
    app.Beat(
        scheduler_cls="workers.signs:WatchedScheduler",
        schedule=str(schedule),
        loglevel="WARNING",
    ).run()
