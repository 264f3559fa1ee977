"""What the processor computes, as the system tells: a runtime takes longer to ask."""

from pathlib import Path

_TOLD = Path("/proc/cpuinfo")
_TILES = "amx_bf16"


def multiplies_bf16(told: Path = _TOLD) -> bool:
    """Tell whether the processor multiplies matrices of bf16 (AMX).

    With the vectors of AVX512-BF16 alone, bf16 is slower than fp32. False where the
    system does not tell: what was never measured is not taken.
    """
    try:
        lines = told.read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    flags = next((line for line in lines if line.startswith("flags")), "")
    return _TILES in flags.split()
