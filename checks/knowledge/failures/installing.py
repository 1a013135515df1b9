"""What pip, uv, apt and git say where a job installs before it starts."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root pip-no-such-release, survivable
  shows   ERROR: No matching distribution found for {package}
  cause   the index has no {package} for this Python, system or CUDA, or this node does not reach
          the index
  fix     the line before it says from which versions; another Python or version, --extra-index-url
          for builds of CUDA; `curl -sI https://pypi.org/simple/` on that node
root pip-build-failed, survivable
  shows   ERROR: Failed building wheel for {package}
  cause   {package} has no wheel for this environment and could not be compiled here; the compiler
          or its setup.py says why above
  fix     read the first `error:` above it; a wheel of its releases for this torch, CUDA and Python;
          --no-build-isolation where it wants torch; build it once in the image
symptom pip-build-failed-later, survivable
  says    ERROR: Could not build wheels for
  says    error: subprocess-exited-with-error
  says    error: metadata-generation-failed
  cause   a package has no wheel for this environment and could not be built here
  fix     the first `error:` above says why; a wheel for this torch, CUDA and Python, or another
          version of it
root uv-no-solution, survivable
  says    No solution found when resolving dependencies
  cause   uv finds no set of versions that fits all that is asked for; the lines below name the
          packages that exclude each other
  fix     loosen one of the two that it names, or an environment for each; --index-strategy
          unsafe-best-match where builds of CUDA come from a second index
root uv-fetch-failed, survivable
  shows   error: Failed to fetch: `{url:[^`]+}`
  cause   this node cannot fetch {url}: no way to the internet, a proxy that uv does not know, or no
          such file
  fix     `curl -sI {url}` on that node; HTTPS_PROXY; UV_OFFLINE with a shared cache, or an image
          that has the packages
root apt-package-missing, survivable
  shows   E: Unable to locate package {package}
  cause   apt knows no {package}: its lists are not there in this image, or the package has another
          name in this release
  fix     `apt-get update` before; `apt-cache search` for the name
root apt-locked, survivable
  shows   E: Could not get lock {path}
  cause   another apt or unattended-upgrades runs on this node
  fix     wait, or `apt-get -o DPkg::Lock::Timeout=300 install`; install in the image in place of
          the job
root git-needs-login, survivable
  shows   fatal: could not read Username for '{url:[^']+}'
  cause   git needs a login for {url} and has no terminal to ask: a private repository, or a
          misspelt one
  fix     a token in the URL or a credential helper, or an ssh key; better clone once and `python -m
          launcher sync` the files
silent git-foreign-owner, survivable
  shows   fatal: detected dubious ownership in repository at '{path:[^']+}'
  cause   the repository {path} belongs to another account than the one that runs git here, as in
          containers
  fix     `git config --global --add safe.directory {path}`, or the owner changed
root pip-externally-managed, survivable
  says    error: externally-managed-environment
  cause   pip may not change the system's own Python
  fix     a virtual environment (`uv venv`), or --break-system-packages in a container
"""
)
