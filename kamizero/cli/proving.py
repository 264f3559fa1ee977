"""Building from the settings what proves to outsiders: time stamps and the anchor."""

from datetime import timedelta
from pathlib import Path

from kamizero.cli.clock import now
from kamizero.errors import SetupError
from kamizero.settings import Settings
from storage.proofs.outside import Outside
from storage.time_stamps.anchors import Anchors
from storage.time_stamps.asking import Stamping
from storage.time_stamps.authority import HttpAuthority, TimeAuthority, trust_in
from storage.time_stamps.demo import DEMO, DemoAuthority, demo_trust


def stamping_of(settings: Settings) -> Stamping | None:
    """Who stamps what, None where nothing leaves this machine.

    Raises:
        SetupError: an authority without a root certificate that can be read.
    """
    authority, anchors = authority_of(settings), anchors_of(settings)
    if authority is None and anchors is None:
        return None
    return Stamping(
        site=settings.site,
        authority=authority,
        anchors=anchors,
        every=timedelta(minutes=settings.stamp_minutes),
        renew=timedelta(days=settings.stamp_renew_days),
    )


def outside_of(
    settings: Settings, *, root: Path | None = None, anchor: Path | None = None
) -> Outside:
    """What verification does not take from this installation itself."""
    root, anchor = root or settings.stamp_root_file, anchor or settings.anchor_dir
    demo = demo_trust(settings.data_dir / "keys")
    return Outside(
        trust=trust_in(root, policy=settings.stamp_policy) if root else None,
        demo=demo,
        anchors=Anchors(anchor) if anchor else None,
        now=now(),
    )


def anchors_of(settings: Settings) -> Anchors | None:
    return Anchors(settings.anchor_dir) if settings.anchor_dir else None


def authority_of(settings: Settings) -> TimeAuthority | None:
    if settings.stamp_url is None:
        return None
    if settings.stamp_url == DEMO:
        return DemoAuthority(settings.data_dir / "keys", now)
    if settings.stamp_root_file is None:
        raise SetupError(
            "KAMIZERO_STAMP_URL is set, and KAMIZERO_STAMP_ROOT_FILE is not: without "
            "the authority's root certificate no stamp can be checked."
        )
    trust = trust_in(settings.stamp_root_file, policy=settings.stamp_policy)
    return HttpAuthority(settings.stamp_url, trust)
