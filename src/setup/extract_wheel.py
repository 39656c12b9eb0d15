"""Unpacks some entries of a wheel: extract_wheel.py WHEEL FOLDER PATTERN...

Entries are copied piece by piece, since the largest has 800 MB. zipfile checks each entry's CRC as it reads: that the
wheel "is damaged" is told in these words, which set-up looks for.
"""

import fnmatch
import os
import shutil
import sys
import zipfile
import zlib


def main(wheel, folder, patterns):
    count = 0
    root = os.path.realpath(folder)
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            if entry.is_dir() or not any(fnmatch.fnmatchcase(entry.filename, pattern) for pattern in patterns):
                continue
            target = os.path.realpath(os.path.join(root, entry.filename))
            if not target.startswith(root + os.sep):
                raise SystemExit(f"{wheel}: {entry.filename} would leave the folder")
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with archive.open(entry) as source, open(target, "wb") as out:
                shutil.copyfileobj(source, out, 1 << 20)
            mode = entry.external_attr >> 16 & 0o777
            if mode:
                os.chmod(target, mode | 0o600)
            count += 1
    if count == 0:
        raise SystemExit(f"{wheel}: has none of {' '.join(patterns)}")
    print(f"{count} files")


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2], sys.argv[3:])
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise SystemExit(f"{sys.argv[1]} is damaged: {error}") from None
    except OSError as error:
        raise SystemExit(str(error)) from None
