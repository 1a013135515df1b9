"""Posts a notice as JSON, so that chat services take it as a message and programs as data."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from typing import IO, Any
from urllib.parse import urlsplit

from checks import __version__
from checks.errors import PreflightError

ANSWER_S = 5.0
LONGEST_TEXT = 1900
"""Discord takes 2000 characters."""


class _WithoutRedirects(urllib.request.HTTPRedirectHandler):
    """A redirected POST would arrive as a GET, without the notice."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> None:
        """No other request."""


def post_notice(address: str, notice: Mapping[str, Any]) -> None:
    """Post it with its text as `text`, which Slack, Mattermost and others read, and as `content`.

    Discord reads that. A receiver that refuses fields that it does not know, as Google Chat does,
    gets the text alone. Raises PreflightError that says why it did not arrive; never names the
    address, which often is a secret.
    """
    text = str(notice["text"])[:LONGEST_TEXT]
    try:
        try:
            _post(address, {**notice, "text": text, "content": text})
        except urllib.error.HTTPError as error:
            if error.code != http.client.BAD_REQUEST:
                raise
            _post(address, {"text": text})
    except urllib.error.HTTPError as error:
        raise PreflightError(f"it answered {error.code} {error.reason}") from None
    except urllib.error.URLError as error:
        raise PreflightError(str(error.reason)) from None
    except http.client.HTTPException as error:
        raise PreflightError(f"its answer is not HTTP ({type(error).__name__})") from None


def _post(address: str, data: Mapping[str, Any]) -> None:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"deepspeed-preflight/{__version__}",  # Python's own is refused by Discord
    }
    request = urllib.request.Request(address, json.dumps(data).encode(), headers)
    with urllib.request.build_opener(_WithoutRedirects).open(request, timeout=ANSWER_S) as answer:
        answer.read(1024)


def receiver(address: str) -> str:
    """Whom an address belongs to; the rest of it often is a secret."""
    return urlsplit(address).hostname or ""
