"""What a program says whose calls over the network do not get through."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
symptom call-unreachable, survivable
  shows   [Errno {number:113|101}] {why:No route to host|Network is unreachable}
  cause   a call from this node finds no way to its target ({why}): the target is down, a firewall
          rejects, or this node or container has no route there
  fix     the address that the frame above calls: `ip route get ADDRESS` and `nc -zv ADDRESS PORT`
          on that node
symptom call-timed-out, survivable
  says    [Errno 110] Connection timed out
  cause   a call from this node got no answer: a firewall drops it, the target is down, or its
          address is wrong
  fix     `nc -zv ADDRESS PORT` on that node, with what the frame above calls
root address-not-of-this-node
  says    [Errno 99] Cannot assign requested address
  cause   the program listens on (or calls from) an address that this node does not have: the head's
          on a worker, one of a container, or all ports of a busy client are used up
  fix     `ip -br addr` on that node; 0.0.0.0 or its own address to listen on; `ss -s` where very
          many short connections are made
symptom http-service-refused, survivable
  shows   HTTPConnectionPool(host='{host:[^']+}', port={port:\d+}): Max retries exceeded
  cause   the service at {host}:{port} does not answer this rank: it is not started yet, has failed,
          listens on localhost of another node, or a proxy is in between
  fix     `curl -s http://{host}:{port}/health` on that node; start it before the trainer and wait
          for it; its node's own address, NO_PROXY with it in [env]
"""
)
