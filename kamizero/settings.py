"""The settings of one installation, read from KAMIZERO_… variables by entry points."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from kamizero.errors import SetupError

SECRETS_DIR = "KAMIZERO_SECRETS_DIR"


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
    master_key_file: Path | None = Field(
        default=None,
        description="File with the master key (64 hexadecimal digits), where it does "
        "not lie in the data folder beside the keys it wraps.",
    )
    master_key: SecretStr | None = Field(
        default=None,
        description="The master key itself, where it is given by the environment.",
    )
    stamp_url: str | None = Field(
        default=None,
        description="Address of the time-stamp authority (RFC 3161) that stamps what "
        "was approved and sealed; `demo` for one on this machine, which proves "
        "nothing.",
    )
    stamp_root_file: Path | None = Field(
        default=None,
        description="PEM file with the authority's root certificate, and those "
        "between where its stamps leave them out.",
    )
    stamp_policy: str | None = Field(
        default=None,
        pattern=r"^\d+(\.\d+)+$",
        description="Policy that stamps must name, as dotted numbers; any where none "
        "is given.",
    )
    stamp_minutes: float = Field(
        default=60.0,
        gt=0,
        description="Minutes between two stamps of sealed heads, at least.",
    )
    stamp_renew_days: int = Field(
        default=90,
        ge=1,
        description="Days before a stamp's certificate ends that a new stamp is set "
        "over it.",
    )
    anchor_dir: Path | None = Field(
        default=None,
        description="Folder outside the reach of this machine's administrators, where "
        "sealed heads are copied to with their stamps.",
    )
    erasures_dir: Path | None = Field(
        default=None,
        description="Folder outside this machine and its backups, where the "
        "certificate of each destruction is copied to, so that a restored backup "
        "loses again what was destroyed since.",
    )
    store_immutable: bool = Field(
        default=False,
        description="Set the file system's immutable flag on originals (needs "
        "CAP_LINUX_IMMUTABLE).",
    )
    store_url: str | None = Field(
        default=None,
        description="Address of an S3 server that keeps originals under object lock, "
        "such as https://store.example:9000; the data folder keeps them where none is "
        "given.",
    )
    store_bucket: str = Field(
        default="originals", description="Bucket of that server, made with object lock."
    )
    store_keys_file: Path | None = Field(
        default=None,
        description="File with the access key and, on the next line, the secret key of "
        "the account that reads and writes there.",
    )
    store_disposal_keys_file: Path | None = Field(
        default=None,
        description="The same of the account that sets holds and destroys; the account "
        "above where none is given.",
    )
    store_mode: Literal["legal", "trial"] = Field(
        default="legal",
        description="`legal` starts only where the server proves that it locks; "
        "`trial` keeps papers that are no originals on one that does not.",
    )
    export_keys_dir: Path | None = Field(
        default=None,
        description="Folder with the keys of buckets that files go to and answers "
        "come from: a file for each account, an access key and a secret key, a line "
        "each.",
    )
    events_allow: str = Field(
        default="",
        description="Hosts and networks inside the house that may be told of events, "
        "also without TLS, commas between; receivers elsewhere need a public address.",
    )
    site: str = Field(
        default="HQ", description="Code of the site where papers are received."
    )
    standards_file: Path | None = Field(
        default=None,
        description="YAML file with the office's own terms by form and channel, laid "
        "out as the shipped `forms/standards.yaml`, which holds where none is given.",
    )
    retention_file: Path | None = Field(
        default=None,
        description="YAML file with the office's own classes of record and how long "
        "each is kept, laid out as the shipped `storage/retention/schedule.yaml`.",
    )
    records_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^?#]+$",
        description="Address of the system of record that filings are checked against "
        "over HTTP; without it only what was loaded is asked.",
    )
    records_token_file: Path | None = Field(
        default=None,
        description="File with the token that system demands (Bearer), if it does.",
    )
    records_kinds: str = Field(
        default="offices,insured,payees",
        description="The kinds of records that system is asked for; the others are "
        "those that were loaded.",
    )
    records_seconds: float = Field(
        default=3.0,
        gt=0,
        le=30,
        description="Seconds it may take to answer before what it was asked counts "
        "as not checked.",
    )
    keying_seconds: float = Field(
        default=6.0,
        gt=0,
        description="Seconds it takes to key one field, against which the overview "
        "holds the time people spent.",
    )
    contract_errors: int = Field(
        default=0,
        ge=0,
        description="How many filings of a sample of a contractor's work may be wrong "
        "before the whole lot goes back into review, as the contract says.",
    )
    language: Literal["ja", "en"] = Field(
        default="ja",
        description="Language of the findings that `kamizero read` and `kamizero csv` "
        "print, and of receipts in answers of the API; people choose that of pages.",
    )
    page_processes: int = Field(
        default=1,
        ge=1,
        le=64,
        description="Processes of `up` that answer people and programs; one a core "
        "where many work at once.",
    )
    api_calls_per_minute: int = Field(
        default=6_000,
        ge=60,
        description="How often one program may call the API, counted in each page "
        "process; more is answered with 429 and when to call again.",
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
        "multiplies matrices of bf16 (AMX), else ONNX Runtime. `torch` needs "
        "`kamizero[torch]`.",
    )
    engine_precision: Literal["auto", "fp32", "bf16"] = Field(
        default="auto",
        description="Arithmetic of the recogniser; by itself bf16 where OpenVINO reads "
        "and gains by it.",
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
        description="Days an original is locked at intake, and again while it is "
        "worked on.",
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
    door_host: str = Field(
        default="127.0.0.1", description="Address that FTP, SFTP, WebDAV and mail use."
    )
    ftp_port: int | None = Field(
        default=None, ge=0, le=65535, description="Port of the FTP door."
    )
    ftp_passive_ports: str = Field(
        default="50000-50099",
        pattern=r"^\d{1,5}-\d{1,5}$",
        description="First and last port of FTP's data connections.",
    )
    ftp_passive_address: str | None = Field(
        default=None,
        description="Address devices reach FTP's data connections at, where a router "
        "stands between.",
    )
    sftp_port: int | None = Field(
        default=None, ge=0, le=65535, description="Port of the SFTP door."
    )
    webdav_port: int | None = Field(
        default=None, ge=0, le=65535, description="Port of the WebDAV door."
    )
    smtp_port: int | None = Field(
        default=None, ge=0, le=65535, description="Port of the mail door."
    )
    door_tls_cert: Path | None = Field(
        default=None,
        description="PEM file of the certificate that FTP, WebDAV and mail show.",
    )
    door_tls_key: Path | None = Field(
        default=None, description="PEM file of that certificate's key."
    )
    door_plain: bool = Field(
        default=False,
        description="Open FTP, WebDAV and mail without TLS, so that passwords and "
        "papers can be read on the network; only where the network itself is closed.",
    )
    door_quiet_seconds: float = Field(
        default=10.0,
        gt=0,
        description="Seconds after the last file or page of a session before its "
        "files are taken as one job.",
    )
    door_partial_hours: float = Field(
        default=24.0,
        gt=0,
        description="Hours a transfer that was cut off waits for its sender to go on.",
    )
    door_free_bytes: int = Field(
        default=1_000_000_000,
        ge=0,
        description="Bytes of the data folder's disk that doors leave free; senders "
        "are asked to wait before it gets fuller.",
    )
    max_mail_bytes: int = Field(
        default=100_000_000, ge=1, description="Largest mail taken, in bytes."
    )
    inbox_url: str | None = Field(
        default=None,
        description="Address of the S3 store whose bucket is an inbox, such as "
        "https://store.example:9000.",
    )
    inbox_bucket: str = Field(
        default="inbox",
        description="That bucket; what lies in it is taken in, then removed.",
    )
    inbox_access_key: str | None = Field(
        default=None, description="Access key of an account that may read and delete."
    )
    inbox_secret_key: SecretStr | None = Field(
        default=None, description="Secret key of that account."
    )
    secure_cookies: bool = Field(
        default=False,
        description="Let browsers send the session's cookie over HTTPS only; set it "
        "where people reach the pages through HTTPS.",
    )
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^/?#]+$",
        description="Address people reach the pages at, such as "
        "https://kamizero.example; single sign-on sends them back there.",
    )
    oidc_issuer: str | None = Field(
        default=None,
        description="Issuer of the provider of single sign-on (OpenID Connect); its "
        "discovery document lies below. Without it people log in by password alone.",
    )
    oidc_client_id: str | None = Field(
        default=None, description="What this installation is called at the provider."
    )
    oidc_client_secret_file: Path | None = Field(
        default=None,
        description="File with the secret the provider gave; none for a public client.",
    )
    oidc_label: str = Field(
        default="SSO", description="What the login page calls the provider's account."
    )
    oidc_scopes: str = Field(
        default="openid profile", description="Scopes the provider is asked for."
    )
    oidc_account_claim: str = Field(
        default="preferred_username",
        description="Claim that names the account; choose one that people cannot "
        "change themselves.",
    )
    oidc_role_claim: str | None = Field(
        default=None,
        description="Claim that gives roles, and makes accounts of those it names; "
        "without it administrators alone make accounts.",
    )
    oidc_roles: dict[str, str] | None = Field(
        default=None,
        description="Which role a value of that claim means, such as "
        '`{"kamizero-review": "reviewer"}`; the first that fits counts. Administrators '
        "are never made so.",
    )
    oidc_site_claim: str | None = Field(
        default=None,
        description="Claim that lists the sites a person sees, `*` for all; without it "
        "whom the role claim makes sees the site of `KAMIZERO_SITE`.",
    )
    traces_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^?#]+$",
        description="Address of a collector that takes traces (OTLP over HTTP), such "
        "as http://collector:4318/v1/traces; nothing is traced where none is given.",
    )
    log_format: Literal["columns", "json"] = Field(
        default="columns", description="How log lines are written."
    )

    @classmethod
    def load(cls) -> Self:
        """The settings of this process's environment, and of its secrets.

        A file of the secrets' folder that is named like a variable, in small letters,
        is that variable's value; the environment goes before it.

        Raises:
            SetupError: a variable is not what it must be; the message names it.
        """
        folder = Path(os.environ.get(SECRETS_DIR, "/run/secrets"))
        try:
            # Only where there is one: pydantic warns of a folder that is not there.
            return cls(_secrets_dir=folder) if folder.is_dir() else cls()
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
