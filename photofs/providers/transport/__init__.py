"""Bytes over HTTP/1.1: one border to the outside, at which foreign errors become ours.

client.py keeps connections and follows redirects, connection.py asks over one of them (h11 speaks
the protocol), line.py is its socket, stream.py makes an OriginalStream of an answer, retrying.py
says what is tried again and when, hosts.py says who may be asked at all.

There is no HTTP/2: each file is one request, and nothing is gained by many on one connection. A
request that is left, at whatever moment, closes its connection; so none is ever without an owner.
"""
