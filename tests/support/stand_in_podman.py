"""A stand-in for podman-exec(1) on the nodes of a lab, which have no container engine.

`podman exec [options] train COMMAND` runs it where the container is. Of another name it says that
there is none, and ends with 125.
"""

from __future__ import annotations


def install_podman(enter: str) -> str:
    """What makes it on a node. `enter` ends by running "$@" in the container, in sh."""
    return f"""mkdir -p /srv/job
cat >/usr/local/bin/podman <<'END'
#!/bin/sh
[ "$1" = exec ] || exit 125
shift
while [ "${{1#-}}" != "$1" ]; do shift; done
[ "$1" = train ] || {{ echo "Error: no container with name or ID \\"$1\\" found" >&2; exit 125; }}
shift
{enter}
END
chmod +x /usr/local/bin/podman
"""
