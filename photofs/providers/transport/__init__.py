"""Bytes over HTTP/1.1: one border to the outside, at which foreign errors become ours.

client.py sends requests and follows redirects, stream.py makes an OriginalStream of an answer,
retrying.py says what is tried again and when, hosts.py says who may be asked at all.

Two laws come from measurements with httpx and httpx2 2.16.2 under trio. Never HTTP/2: each
abandoned stream stays open, and after 128 of them every request fails. Never let trio cancel a
request on its way: the pool fills with connections that nobody owns. So a request runs shielded in
a task of the client's own, and who no longer wants the answer simply stops waiting.
"""
