"""The files that the servers of `machine_world.py` have."""

from dataclasses import dataclass, field

from ddm.spec import Checksum

KIB, MIB = 1 << 10, 1 << 20
RIGHT, WRONG = Checksum("md5", "a" * 32), Checksum("md5", "b" * 32)


@dataclass
class Served:
    """A file on a server, and the file system that it goes to.

    mirrors: the ETags at other places. checksums: the user's; with one, all places have the same bytes.
    """

    url: str
    size: int
    etag: str | None
    ranges: bool = True
    length: bool = True
    digests: tuple = ()
    device: int = 1
    mirrors: dict = field(default_factory=dict)
    checksums: tuple = ()

    def at(self, url):
        """The ETag at the place of a request, and whose bytes are there."""
        for mirror, etag in self.mirrors.items():
            if url.split("/")[2] == mirror.split("/")[2]:
                return etag, self.url if self.checksums else mirror
        return self.etag, self.url


FILES = {
    1: Served("https://a.example/f", 3 * MIB + 1, '"1"'),
    2: Served("https://a.example/g", 700 * KIB, None, device=2),
    3: Served("https://b.example/h", 300 * KIB, '"3"', ranges=False),
    4: Served("https://b.example/i", 200 * KIB, None, ranges=False, length=False),
    5: Served("https://b.example/j", 0, '"5"', device=2),
    6: Served("https://c.example/k", 900 * KIB, '"6"', digests=(RIGHT,)),
}
MIRRORED = {
    1: Served("https://c.example/l", 900 * KIB, '"7"', mirrors={"https://b.example/l": '"8"'}),
    2: Served("https://d.example/m", 800 * KIB, None, mirrors={"https://a.example/m": None}),
    3: Served(
        "https://d.example/n",
        900 * KIB,
        '"9"',
        mirrors={"https://c.example/n": '"10"'},
        checksums=(RIGHT,),
    ),
}
