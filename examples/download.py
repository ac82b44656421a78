"""For a script: fetch files one after another, and leave at the first that cannot be had.

python examples/download.py DIRECTORY URL...
"""

import sys

import ddm

directory, *urls = sys.argv[1:]
for url in urls:
    try:
        path = ddm.download(url, f"{directory}/", state_dir=f"{directory}/.ddm")
    except ddm.DDMError as error:
        sys.exit(f"{url}: {error}")
    print(path)
