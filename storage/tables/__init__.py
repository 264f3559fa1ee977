"""Every table of the database; the row is the truth, everything else a hint.

Tables that hold personal data (`field_value`, `finding`, the records) can be erased;
`audit_event` and `audit_seal` are append-only and carry ids and commitments alone.
"""

from storage.tables.clocks import (
    NEVER_DUE,
    Clock,
    ClockEnd,
    ClockStop,
    OfficeDay,
    Stop,
)
from storage.tables.decisions import (
    Approval,
    Delivery,
    DeliveryState,
    ReturnSlip,
    Touch,
)
from storage.tables.devices import Device, Upload, UploadState
from storage.tables.events import AuditEvent, AuditHead, AuditSeal
from storage.tables.fields import (
    HEAD,
    AuthorKind,
    Field,
    FieldValue,
    FieldVersion,
    Purpose,
)
from storage.tables.figures import (
    Effort,
    ErrorCase,
    ErrorCause,
    ErrorEffect,
    ErrorKind,
    ErrorOrigin,
    FoundBy,
)
from storage.tables.filings import (
    AttachmentKind,
    Copy,
    Disposal,
    Entry,
    EntryState,
    Filing,
    FilingStep,
    Page,
)
from storage.tables.findings import FindingRow
from storage.tables.judgements import Judgement
from storage.tables.keying import (
    ANY,
    TARGET,
    GroupCheck,
    Keying,
    KnownReader,
    ModeReason,
    ModeRow,
    ReadingProof,
    SamplingRate,
    Source,
)
from storage.tables.lots import ApprovalLot, LotMember, LotState, Verdict
from storage.tables.media import MediaFile, MediaRole, Medium
from storage.tables.modes import BLIND, Mode
from storage.tables.questions import Question, Wait
from storage.tables.receiving import (
    Arrival,
    ArrivalState,
    Balance,
    Batch,
    Bundle,
    BundleKind,
    Job,
    Original,
    Site,
    Submitter,
)
from storage.tables.records import RecordInsured, RecordOffice
from storage.tables.returns import AddresseeKind, Posting, ReturnNotice
from storage.tables.routes import (
    Absence,
    ApprovalRound,
    ApprovalRoute,
    RoundEnd,
    RouteStage,
    RouteStep,
    StageKind,
)
from storage.tables.sign_ins import PersonIdentity, SignInAttempt
from storage.tables.sorting import (
    Custody,
    CustodyAct,
    ReceivedPaper,
    SortingAct,
    Way,
)
from storage.tables.time_stamps import Stamped, TimeStamp
from storage.tables.visitors import (
    ApiToken,
    IdempotentAnswer,
    LoginSession,
    Person,
    PersonSite,
    TokenSite,
)
from storage.tables.work import Work, WorkState

__all__ = [
    "ANY",
    "BLIND",
    "HEAD",
    "NEVER_DUE",
    "TARGET",
    "Absence",
    "AddresseeKind",
    "ApiToken",
    "Approval",
    "ApprovalLot",
    "ApprovalRound",
    "ApprovalRoute",
    "Arrival",
    "ArrivalState",
    "AttachmentKind",
    "AuditEvent",
    "AuditHead",
    "AuditSeal",
    "AuthorKind",
    "Balance",
    "Batch",
    "Bundle",
    "BundleKind",
    "Clock",
    "ClockEnd",
    "ClockStop",
    "Copy",
    "Custody",
    "CustodyAct",
    "Delivery",
    "DeliveryState",
    "Device",
    "Disposal",
    "Effort",
    "Entry",
    "EntryState",
    "ErrorCase",
    "ErrorCause",
    "ErrorEffect",
    "ErrorKind",
    "ErrorOrigin",
    "Field",
    "FieldValue",
    "FieldVersion",
    "Filing",
    "FilingStep",
    "FindingRow",
    "FoundBy",
    "GroupCheck",
    "IdempotentAnswer",
    "Job",
    "Judgement",
    "Keying",
    "KnownReader",
    "LoginSession",
    "LotMember",
    "LotState",
    "MediaFile",
    "MediaRole",
    "Medium",
    "Mode",
    "ModeReason",
    "ModeRow",
    "OfficeDay",
    "Original",
    "Page",
    "Person",
    "PersonIdentity",
    "PersonSite",
    "Posting",
    "Purpose",
    "Question",
    "ReadingProof",
    "ReceivedPaper",
    "RecordInsured",
    "RecordOffice",
    "ReturnNotice",
    "ReturnSlip",
    "RoundEnd",
    "RouteStage",
    "RouteStep",
    "SamplingRate",
    "SignInAttempt",
    "Site",
    "SortingAct",
    "Source",
    "StageKind",
    "Stamped",
    "Stop",
    "Submitter",
    "TimeStamp",
    "TokenSite",
    "Touch",
    "Upload",
    "UploadState",
    "Verdict",
    "Wait",
    "Way",
    "Work",
    "WorkState",
]
