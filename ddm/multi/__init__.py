"""The network: one libcurl multi handle on one reactor. Decides nothing.

`reactor` waits for descriptors and deadlines and knows no curl; `wakeup` lets a signal end its
wait; `clock` is time. `driver` puts libcurl's multi interface on the reactor and is the performer's
Network: it starts, continues and cancels transfers. `handles` keeps the connections that are shared
from those that are not. `transfer` is one easy handle that fills one range; `options` is everything
libcurl is told about it, `curl_failure` what libcurl says when it fails, `rate` the bucket that all
bodies drink from, `curl` the shape of the part of pycurl that is used.

The room has one rule: callbacks take notes, the turn acts. libcurl refuses most calls from within
its own callbacks, and an exception that leaves one of them fails other transfers or the whole multi
handle. So a callback collects, adds and returns; what it found is picked up by `CurlDriver.run`,
once a turn, in one order: ready descriptors, libcurl's timer, paused bodies, results, and only then
the listener is told.
"""
