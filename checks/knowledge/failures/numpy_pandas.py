"""What numpy and packages built on it say of each other's versions."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries
from checks.knowledge.releases import KNOWN_RELEASES

FAILURES = read_entries(
    r"""
root numpy2-old-wheel, survivable
  says    A module that was compiled using NumPy 1.x cannot be run in
  says    numpy.core.multiarray failed to import
  says    _ARRAY_API not found
  cause   a package was built for numpy 1, and numpy 2 is installed
  fix     update that package (the traceback names it), or `uv pip install 'numpy<2'`, the same on
          every node
  checks  software.versions-are-equal
root numpy-dtype-size
  says    numpy.dtype size changed, may indicate binary incompatibility
  cause   a package (pandas, scipy, scikit-learn …) was built for another numpy than the one
          installed
  fix     `uv pip install -U --reinstall numpy pandas scipy scikit-learn` (or the package that the
          traceback names), the same on every node
  checks  software.versions-are-equal
root numpy-not-available
  says    Numpy is not available
  cause   {TORCH_NUMPY_2}
  fix     `uv pip install 'numpy<2'`, or torch 2.3 or newer
  checks  software.releases-work-together, software.versions-are-equal
root numpy-removed-alias
  says    module 'numpy' has no attribute '
  says    ` was removed in the NumPy 2.0 release
  pattern (?:module 'numpy' has no attribute '(?P<name>bool|int|float|object|str|complex|long|
          unicode|typeDict|warnings|product|cumproduct|sometrue|alltrue|in1d|trapz|row_stack|NaN|
          Inf|float_|string_|unicode_)'|`np\.(?P<other>float_|complex_|string_|unicode_|NaN|Inf)`
          was removed in the NumPy 2\.0 release)
  cause   a package uses a name that numpy removed (np.bool, np.int … in 1.24; np.float_, np.NaN …
          in 2.0)
  fix     update the package that the traceback names, or `uv pip install 'numpy<2'` (for names of
          1.24: 'numpy<1.24')
  checks  software.versions-are-equal
root numpy-out-of-memory
  says    numpy._core._exceptions._ArrayMemoryError
  says    numpy.core._exceptions._ArrayMemoryError
  says    numpy.core._exceptions.MemoryError
  pattern (?:numpy\._core\._exceptions\._ArrayMemoryError|
          numpy\.core\._exceptions\._ArrayMemoryError|numpy\.core\._exceptions\.MemoryError): Unable
          to allocate (?P<size>[\d.]+ \w+)
  cause   the machine could not give {size} for one array
  fix     read the data in parts (streaming=True, memory mapping), or let fewer ranks and workers
          load at once
  checks  limits.memory-is-free, limits.group-allows-enough-memory
""",
    TORCH_NUMPY_2=KNOWN_RELEASES["torch-numpy-2"].because,
)
