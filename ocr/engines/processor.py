"""What the processor computes, as the system tells: a runtime takes longer to ask."""

from pathlib import Path

_TOLD = Path("/proc/cpuinfo")
_BF16 = ("avx512", "amx", "avx_ne_convert")


def may_compute_bf16(told: Path = _TOLD) -> bool:
    """False where the processor surely does not compute in bf16.

    Where it may, or where the system does not tell, only a runtime knows.
    """
    try:
        lines = told.read_text(encoding="utf-8").splitlines()
    except OSError:
        return True
    flags = next((line for line in lines if line.startswith("flags")), None)
    return flags is None or any(one.startswith(_BF16) for one in flags.split())
