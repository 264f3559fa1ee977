"""The settings of one installation, read from KAMIZERO_… variables by entry points."""

from datetime import timedelta
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from kamizero.errors import SetupError


class Settings(BaseSettings):
    """Every default is safe for one machine; `docs/settings.md` lists them all."""

    model_config = SettingsConfigDict(env_prefix="KAMIZERO_", frozen=True)

    data_dir: Path = Field(
        default=Path("data"),
        description="Folder of the embedded database, originals, keys and caches.",
    )
    database_url: str | None = Field(
        default=None,
        description="SQLAlchemy address of the database; SQLite in the data folder "
        "where none is given.",
    )
    broker_url: str | None = Field(
        default=None,
        description="Address of the message broker that tells `kamizero worker` of "
        "new work; embedded workers look for themselves and need none.",
    )
    store_immutable: bool = Field(
        default=False,
        description="Set the file system's immutable flag on originals (needs "
        "CAP_LINUX_IMMUTABLE).",
    )
    site: str = Field(
        default="HQ", description="Code of the site where papers are received."
    )
    language: Literal["ja", "en"] = Field(
        default="ja", description="Language of messages on the command line."
    )
    workers: int = Field(
        default=2,
        ge=0,
        le=64,
        description="Embedded worker processes that `up` runs; 0 where "
        "`kamizero worker` does the work.",
    )
    engine: Literal["auto", "onnxruntime", "openvino", "torch", "paddleocr"] = Field(
        default="auto",
        description="What reads the writing; by itself OpenVINO where the processor "
        "computes in bf16, else ONNX Runtime. `torch` needs `kamizero[torch]`.",
    )
    engine_precision: Literal["auto", "fp32", "bf16"] = Field(
        default="auto",
        description="Arithmetic of the recogniser; by itself bf16 where engine and "
        "processor have it.",
    )
    engine_device: Literal["auto", "cpu", "cuda"] = Field(
        default="auto",
        description="Where the recogniser computes; by itself on a CUDA device where "
        "the engine is `torch` and there is one.",
    )
    engine_threads: int = Field(
        default=1, ge=1, le=64, description="Threads of the recogniser in one worker."
    )
    engine_model: str = Field(
        default="PP-OCRv6_small_rec",
        description="Name of the recogniser's model, as PaddleOCR names it.",
    )
    engine_model_dir: Path | None = Field(
        default=None,
        description="Folder of a model other than the one that is shipped, in "
        "PaddleOCR's layout; nothing is downloaded.",
    )
    lease_seconds: int = Field(
        default=60,
        ge=5,
        description="Seconds after which work of a silent worker is taken over.",
    )
    max_file_bytes: int = Field(
        default=500_000_000, ge=1, description="Largest file a door takes, in bytes."
    )
    max_pages: int = Field(
        default=2_000, ge=1, description="Most pages a file may have."
    )
    max_page_pixels: int = Field(
        default=150_000_000, ge=1, description="Most pixels a page may have."
    )
    short_lock_days: int = Field(
        default=120,
        ge=1,
        description="Days an original is locked at intake, before its class is known.",
    )
    watch_dir: Path | None = Field(
        default=None,
        description="Folder whose files are taken in, each as a job of its own.",
    )
    watch_quiet_seconds: float = Field(
        default=10.0,
        gt=0,
        description="Seconds a watched file must not have changed before it is taken.",
    )
    secure_cookies: bool = Field(
        default=False,
        description="Let browsers send the session's cookie over HTTPS only; set it "
        "where people reach the pages through HTTPS.",
    )
    log_format: Literal["columns", "json"] = Field(
        default="columns", description="How log lines are written."
    )

    @classmethod
    def load(cls) -> Self:
        """The settings of this process's environment.

        Raises:
            SetupError: a variable is not what it must be; the message names it.
        """
        try:
            return cls()
        except ValidationError as error:
            wrong = "; ".join(
                f"KAMIZERO_{str(one['loc'][0]).upper()}: {one['msg']}"
                for one in error.errors()
            )
            raise SetupError(f"Settings are wrong. {wrong}.") from error

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.embedded_database}"

    @property
    def embedded_database(self) -> Path:
        return self.data_dir / "kamizero.db"

    @property
    def lease(self) -> timedelta:
        return timedelta(seconds=self.lease_seconds)
