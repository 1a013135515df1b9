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
root http-service-read-timeout, survivable, peer
  shows   HTTPConnectionPool(host='{host:(?!\S*(?:huggingface|hf\.co))[^']+}', port={port:\d+}):
          Read timed out
  cause   the service at {host}:{port} took a call of this rank and gave no answer in time: it is
          overloaded, still loads or compiles, or one of its processes hangs or has ended
  fix     read what that service prints; `curl -s http://{host}:{port}/health` on this node; fewer
          calls at once, or a longer time-out of the client
root service-closed-without-answer, survivable, peer
  says    Remote end closed connection without response
  says    ServerDisconnectedError: Server disconnected
  says    Server disconnected without sending a response
  cause   the service that this rank calls closed the connection before it answered: it crashed or
          was started again while it worked, or a proxy or balancer in between cut the call off
  fix     read what that service prints at that time (out of memory, a traceback); call it without a
          proxy (NO_PROXY in [env]); try again where it only restarted
root service-not-listening, survivable, peer
  says    httpx.ConnectError: [Errno 111] Connection refused
  says    httpx.ConnectError: All connection attempts failed
  says    openai.APIConnectionError: Connection error
  cause   the service that this program calls over HTTP (an inference or reward server) is not to be
          reached: it is not started yet, has ended, listens on another address or port, or a proxy
          variable leads the call elsewhere
  fix     `curl -sv URL/health` with the client's base URL on that node; start it before and wait
          for it; NO_PROXY with its host in [env]
root service-host-not-connected, survivable, peer
  shows   ClientConnectorError: Cannot connect to host {host}
  cause   the service at {host} is not to be reached from this node: it is not started yet, has
          ended, listens on localhost of another node, or a firewall is in between
  fix     `curl -sv http://{host}/health` on this node; start it before and wait for it; let it
          listen on its node's own address
root zmq-address-in-use
  shows   ZMQError: Address already in use (addr='{addr:[^']+}')
  cause   {addr} is held by another process of this node: an engine or server of an earlier run, or
          two that were given one port
  fix     `ss -ltnp` on that node shows whose it is: end it, or give each its own port
root ssl-against-plain-http, survivable
  says    "[SSL: WRONG_VERSION_NUMBER]"
  cause   the other end does not speak TLS: a proxy variable with https:// for a proxy of plain
          HTTP, or a URL with https:// for a service without a certificate
  fix     `env | grep -i proxy`: HTTPS_PROXY=http://PROXY:PORT as a rule; http:// in that URL
"""
)
