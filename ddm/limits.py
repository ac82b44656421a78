"""Every bound and every default of DDM, with its reason. Frozen; wired by whoever opens the house.

`Limits` is what a user may set (config.toml, DDM_*, flags: `config.py`). The constants below it are
not the user's business: they hold for any network, and each says where it comes from.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

KIB = 1 << 10
MIB = 1 << 20


class RetryLimits(Struct, frozen=True):
    """How often and how soon a failed transfer is tried again.

    max_attempts: tries without a byte of progress before the job fails.
    base_delay_secs, max_delay_secs: exponential backoff, "full jitter": uniform in 0..min(max, base
    * 2**attempt)
        (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
    """

    max_attempts: int = 6
    base_delay_secs: float = 0.25
    max_delay_secs: float = 30.0


class HostLimits(Struct, frozen=True):
    """What a user may set for one origin. max_connections: over all jobs; may be more than other origins get."""

    max_connections: int


class Limits(Struct, frozen=True):
    """What a user may set. Connections are counted over the whole program, per origin, and per job.

    max_jobs: jobs in work at once; 0 means as many as can have a connection each.
    segment_buffer_bytes: what a transfer collects before it is written; 256 KiB saves 5 to 10 %
    CPU, more is slower.
    max_bytes_per_sec: for all jobs together; 0 means no limit.
    stall_timeout_secs: a transfer that brings less than `stall_bytes_per_sec` for so long is given
    up and tried again.
    timeout_secs: for a job as a whole, from its first request; 0 means no limit.
    max_wait_secs: the longest Retry-After that is obeyed; a server that asks for more fails the
    job.
    on_done, on_error: commands that `ddm get` and `ddm run` start for each job that ends so; words as a
    shell takes them apart, but no shell runs them. "" is none.
    hosts: what holds for one origin instead, by `Origin.key`.
    """

    max_total_connections: int = 64
    max_connections_per_host: int = 16
    min_segments: int = 4
    max_segments: int = 16
    max_jobs: int = 0
    segment_buffer_bytes: int = 256 * KIB
    max_bytes_per_sec: int = 0
    connect_timeout_secs: float = 30.0
    stall_timeout_secs: float = 60.0
    stall_bytes_per_sec: int = 1 * KIB
    max_wait_secs: float = 600.0
    timeout_secs: float = 0.0
    on_done: str = ""
    on_error: str = ""
    retry: RetryLimits = field(default_factory=RetryLimits)
    hosts: Mapping[str, HostLimits] = field(default_factory=dict)

    @property
    def jobs_at_once(self) -> int:
        """How many jobs may be in work: never more than there are connections."""
        return min(self.max_jobs or self.max_total_connections, self.max_total_connections)

    def ceiling(self, origin_key: str) -> int:
        """How many connections an origin may have; together with the others no more than max_total_connections."""
        own = self.hosts.get(origin_key)
        return self.max_connections_per_host if own is None else own.max_connections


# -- the first request and the pieces after it (docs/performance.md has the measurements) ----------

# The size of the first request does not matter between 64 KiB and 4 MiB, its round trip does; a
# smaller file ends with it.
PROBE_BYTES = 256 * KIB
# Under 1 MiB a piece's round trip costs more than it brings; 4 MiB is a first guess before a speed
# is known.
PIECE_MIN_BYTES = 1 * MIB
PIECE_FIRST_BYTES = 4 * MIB
PIECE_SECONDS = 2.0
PIECE_ALIGN_BYTES = 16 * KIB
# Between two pieces a connection is silent for a round trip, and a request costs about a millisecond of CPU.
PIECE_ROUND_TRIPS = 4
PIECE_LEAST_SECONDS = 0.02
# A rest this small is not worth a request of its own.
PIECE_REST_BYTES = 256 * KIB

# -- the response ----------------------------------------------------------------------------------

# nginx sends at most 4 x 8 KiB of fields, Apache 100 x 8 KiB; libcurl itself stops at 300 KB.
# Nothing honest needs more.
RESPONSE_HEADER_BYTES_MAX = 300_000
# The body of an error or a redirect is read to its end when it is short: that keeps the connection
# for the next request.
DISCARD_BYTES_MAX = 64 * KIB
# RFC 9110 section 15.4 asks for a limit; browsers stop at 20, DDM's use has none for more than 10.
REDIRECTS_MAX = 10

# -- tries -----------------------------------------------------------------------------------------

# What a request has to bring to be worth having been sent: the least that a piece is aligned to.
PROGRESS_LEAST_BYTES = 16 * KIB
# A job may send so many requests that bring less than that before it is given up, whatever became of
# them. Ten redirects and six tries of 16 connections are 106; nothing that gets better needs more.
FRUITLESS_REQUESTS_MAX = 200

# Streams on one HTTP/2 connection: RFC 9113 section 6.5.2 recommends servers to allow no fewer than 100, and few allow
# more than 128.
STREAMS_MAX = 100

# -- names -----------------------------------------------------------------------------------------

# A name is looked up in so long, or not at all: as long as a connection may take. glibc gives each dead server 2 x 5 s.
LOOK_UP_TIMEOUT_S = 30.0
# An address is asked for anew after so long, as libcurl does by default (CURLOPT_DNS_CACHE_TIMEOUT); what is
# older than this is not used any more: the machine may have moved to another network.
ADDRESS_FRESH_S, ADDRESS_STALE_S = 60.0, 600.0
# A name that could not be looked up is left alone for so long: what stands in the queue behind it fails with it.
NAME_FAILED_S = 5.0
# So many names are remembered; a look-up costs more than 300 bytes.
HOSTS_MAX = 4096

# -- libcurl and the loop --------------------------------------------------------------------------

# What a turn should take at most: signals, deadlines and screens wait for its end, and 50 ms is what people notice.
# Where data is always there, libcurl alone would take 20 to 50 ms of each; what a body gives back is copied, so a
# shorter turn takes more CPU: with 10 ms a third more at memory speed.
TURN_BUDGET_S = 0.03
# In somebody else's loop it should take less: what the loop does besides is late by so much. With 5 ms a timer of
# asyncio's is 2 ms late as a rule and 5 or 6 at the 99th percentile, with 10 ms 4 and 8. Small files take up to 5 %
# more CPU with 5 ms than with 30; and a commit, or names for many files, take 5 ms anyway.
HOST_TURN_BUDGET_S = 0.005
# A turn in somebody else's loop that comes later than this is told: asyncio calls a callback slow that takes so long
# (loop.slow_callback_duration), and at 1 Gbit/s the kernel holds half as much of a stream (tcp_rmem, 6 MiB: 50 ms).
LATE_S = 0.1
# In the log, and to who looks after that loop, once in so long at most: a loop that is late is so again and again.
LATE_TOLD_S = 5.0
# A long turn, or a late one, is told as a cause for so long: it is over in a moment, and who asks comes after it.
LATELY_S = 10.0
# So much of it is for libcurl; in the rest what it brought is written, decided on and recorded.
NETWORK_PART = 0.6
# One socket_action reads up to 11 x BUFFERSIZE per ready transfer. 512 KiB costs a third less CPU
# than 16 KiB and is for one fast job alone; with several jobs 64 KiB keeps a turn short.
RECEIVE_BUFFER_ALONE_BYTES = 512 * KIB
RECEIVE_BUFFER_SHARED_BYTES = 64 * KIB
# What libcurl hands over in one piece, whatever it reads at once.
BLOCK_BYTES_MAX = 16 * KIB
# The engine hears of progress at most 20 times a second per transfer.
PROGRESS_INTERVAL_S = 0.05
# A program's callback hears of progress so often: as fast as people read.
CALLBACK_INTERVAL_S = 0.25
# How often a job's connections are compared: half a second tells a slow one, a tenth a stalled end.
LOOK_INTERVAL_S = 0.1
# Fields of a job's row that change while it runs are written about once a second, all jobs in one
# transaction.
RECORD_INTERVAL_S = 1.0
# While others are on their way, a whole file waits so long for more that are, to be committed with them. A commit, its
# sync and two messages to a child: without this, small files take a fifth more CPU, and are not there sooner.
PUBLISH_WAIT_S = 0.1
# So many jobs are in hand at most, those among them that wait at an origin which bears no more: 20 KiB each.
ADMITTED_MAX = 256
# What was written is on the disk after so long: a power cut costs no more. A sync holds a slow disk for longer
# than it holds us, so not much more often.
SYNC_INTERVAL_S = 5.0
# A full disk is looked at so often, twice as long after each try in vain: somebody may be tidying up.
ROOM_POLL_S, ROOM_POLL_MAX_S = 1.0, 60.0
# Where nobody knows how long a file will be, a disk with less room than this is still full.
ROOM_LEAST_BYTES = 1 * MIB
# A database in which another process is writing is tried again so soon.
BUSY_RETRY_S = 0.05
# The log of the database is copied into it when it is so long, as SQLite itself does after 1000 pages; by who has no
# loop, only when it is much longer: a manager that runs has it done by then.
LOG_LONG_BYTES = 4 * MIB
LOG_TOO_LONG_BYTES = 16 * MIB
# So many wishes of users are put into force in one turn; where files go with them, for each one is opened and unlinked.
WISHES_MAX = 100
# After a stop, how long a database that another process holds is waited for: to be gone within 2 s.
STOP_WAIT_S = 1.5
# SHA-256 runs at about 0.5 GB/s, so that a slice holds the loop for 8 ms.
DIGEST_SLICE_BYTES = 4 * MIB
# How often the manager asks SQLite whether another process changed the database.
QUEUE_POLL_S = 0.25

# -- in programs -----------------------------------------------------------------------------------

# So much of what happened is kept for a consumer that takes nothing: two for each of 2,000 small files, some seconds
# of them, and at 0.7 to 3 KB each at most 12 MB.
STREAM_MAX = 4096

# -- child processes -------------------------------------------------------------------------------

# A child that is at work says so twice a second. Where it says nothing, a system call of its takes so long: Linux gives
# a command to a SCSI disk 30 s and tries it six times.
CHILD_SILENCE_S = 200.0
# An idle one leaves: a few MB less, for 12 ms of CPU when there is something to do again.
CHILD_IDLE_S = 30.0
# Where all are at one thing for so long, another one is started: as long as that takes, several times over.
CHILD_CROWDED_S = 0.1
# One that dies before it has said anything is followed by the next one after so long, twice as long each time.
CHILD_RESTART_S, CHILD_RESTART_MAX_S = 0.02, 5.0
# Where so many in a row cannot be started, or end by themselves as they start, there are no children to be had, and
# what must not fail is done in the loop.
STILLBORN_MAX = 3
# What so many children were lost with is not asked of one more: nobody kills so many by chance, and they cost 20 ms of
# CPU each. Two that hang are enough: each stands for a disk that does not answer for CHILD_SILENCE_S.
LOSSES_MAX, LOSSES_OF_A_HANG = 100, 50
# When the kernel has no room for a message, it is tried again so soon.
CHILD_FULL_S = 0.05

# -- to stdout -------------------------------------------------------------------------------------

# How far ahead of what has left is fetched: 16 connections have 4 MiB each, a first piece. What a slow
# connection at the front holds up is bounded by it, and so is memory.
WINDOW_BYTES = 64 * MIB
# The engine hears so often per window of what has left: a piece is worth its request then.
WINDOW_STEPS = 16
# What leaves in one turn, and in one writev(2): digested on the way, a MiB holds the loop for 2 ms.
PASS_BYTES, PASS_SLICE_BYTES = 4 * MIB, 1 * MIB

# -- names and files -------------------------------------------------------------------------------

# Linux file systems take names of 255 bytes; the suffix of the part file has to fit too.
NAME_BYTES_MAX = 255
PART_SUFFIX = ".part"
# NAME, NAME (1), ... : nobody has so many on purpose.
NAME_TRIES_MAX = 1000

# What servers read in their logs.
USER_AGENT = "ddm/0.1"
