"""Where the checkout and the tests' own data are."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
"""The checkout."""
SUPPORT = Path(__file__).parent
RECORDED = SUPPORT / "recorded"
"""What real programs printed, wrote or answered."""
NVML = SUPPORT / "nvml"
"""A stand-in for the driver's library."""
