"""Which end of a login has narrowed its algorithms until none is left in common."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

from checks.facts import NodeView
from checks.facts.sshd import Sshd, SshdSetting
from checks.quick_dataclass import dataclass

NO_MATCH = re.compile(r"no matching (.+?) found\. Their offer: (\S+)")
KEYWORDS: Mapping[str, str] = {
    "host key type": "HostKeyAlgorithms",
    "key exchange method": "KexAlgorithms",
    "cipher": "Ciphers",
    "MAC": "MACs",
}
"""By the words of OpenSSH's client (kex_names.c)."""


@dataclass(frozen=True)
class NarrowedAlgorithms:
    """The setting that leaves nothing in common: the target's, or else the client's own.

    `offer` is what the target takes.
    """

    keyword: str
    offer: str
    setting: SshdSetting | None = None

    @property
    def client_line(self) -> str:
        """What the client's configuration must say; '' where the target is to be changed."""
        return "" if self.setting else f"{self.keyword} +{self.offer.split(',')[0]}"

    @property
    def target_edit(self) -> str:
        """What takes the target's line out; '' where the client is to be changed."""
        if self.setting is None:
            return ""
        file, _, number = self.setting.where.rpartition(":")
        return f"sed -i '{number}s/^/# /' {shlex.quote(file)}"

    def __str__(self) -> str:
        if self.setting:
            return f"{self.setting.where}: {self.keyword} {self.setting.value}"
        return f"{self.keyword} of its own ssh leaves out {self.offer}"


def find_narrowed_algorithms(err: str, target: NodeView) -> NarrowedAlgorithms | None:
    """The end to be changed: the target where its own line makes it unlike other nodes."""
    match = NO_MATCH.search(err)
    keyword = KEYWORDS.get(match[1], "") if match else ""
    if match is None or not keyword:
        return None
    known = target.read(Sshd).settings.get(keyword.lower(), ()) if target.has(Sshd) else ()
    own = next((setting for setting in known if setting.where and not setting.match), None)
    others = {
        peer.name
        for peer in target.cluster.nodes_with(Sshd)
        if peer.name != target.name and peer.read(Sshd).setting(keyword.lower()) == own
    }
    return NarrowedAlgorithms(keyword, match[2], None if others else own)
