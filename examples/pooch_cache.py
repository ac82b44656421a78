"""With pooch, which keeps data files in a cache: DDM as its downloader.

python examples/pooch_cache.py DIRECTORY URL...
"""

import sys

import pooch

from ddm.embed import PoochDownloader

directory, *urls = sys.argv[1:]
downloader = PoochDownloader(max_segments=8)
for url in urls:
    print(pooch.retrieve(url, known_hash=None, path=directory, downloader=downloader))
