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
RPC = status = StatusCode\.
WHY = [\s\S]{0,80}?details = "(?P<why>[^"\n]+)"
root grpc-not-reached, survivable, peer
  says    "RpcError of RPC that terminated with:"
  near    {RPC}UNAVAILABLE{WHY}
  unless  HTTP proxy returned response code
  cause   the gRPC service that this program calls is not to be reached ({why}): it is not started
          yet, has ended, listens on localhost of another node, or a firewall is in between
  fix     `nc -zv HOST PORT` on this node with the address in that text (or in the program's
          settings); start the service before and wait for it; read what it printed if it ended
root grpc-through-proxy, survivable
  says    "RpcError of RPC that terminated with:"
  near    {RPC}UNAVAILABLE[\s\S]{0,80}?HTTP proxy returned response code (?P<code>\d+)
  cause   a gRPC call to a node of the cluster went through the HTTP proxy of the environment, which
          refused it ({code})
  fix     NO_PROXY and no_proxy in [env] with the nodes' addresses (gRPC takes names, addresses and
          domains, no ranges), or https_proxy, http_proxy and grpc_proxy unset
  checks  software.variables-are-equal
root grpc-answer-late, survivable, peer
  says    "RpcError of RPC that terminated with:"
  near    {RPC}DEADLINE_EXCEEDED
  cause   a gRPC call got no answer within the time that its caller gave: the service is overloaded,
          hangs or has ended, or the packets are dropped on the way
  fix     read what the service prints at that time; `nc -zv HOST PORT` on this node; a longer
          time-out of the call where the service only works long
root grpc-message-too-large
  says    "RpcError of RPC that terminated with:"
  near    {RPC}RESOURCE_EXHAUSTED[\s\S]{0,80}?message larger than max \((?P<size>\d+) vs\.
          (?P<limit>\d+)\)
  cause   a gRPC message has {size} bytes, and the receiver takes {limit} at most
  fix     grpc.max_receive_message_length and grpc.max_send_message_length (-1 for no limit) in the
          options of the channel and of the server; or smaller batches
root grpc-refused
  says    "RpcError of RPC that terminated with:"
  near    {RPC}(?P<status>UNAUTHENTICATED|PERMISSION_DENIED|UNIMPLEMENTED){WHY}
  cause   the gRPC service refuses the call ({status}: {why}): without a valid login, or, where it
          is UNIMPLEMENTED, it is another program or release than the caller expects
  fix     the token or certificate that the service asks for; client and server of one release, and
          the port of this service and no other's
root zmq-no-message-in-time, survivable, peer
  says    "zmq.error.Again: Resource temporarily unavailable"
  cause   nothing came over a ZeroMQ socket, or nothing could be sent, within the time that it was
          given: the process at its other end has ended, hangs, or never connected
  fix     read what that process (an engine, server or worker) printed; where it only starts or
          works long, a longer RCVTIMEO or time-out in the program's settings
"""
)
