#!/usr/bin/env python3
"""Reads README.md and docs/*.md: each link and each file of the tree that they name is there, and
README.md links every page of docs/.

usage: documents.py

Prints what is wrong; exit status 1.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
# In the running text: a folder of the tree, a path, and the ending of a source, script or input.
FILE = re.compile(r"`((?:[\w.]+/)+[\w.]+\.(?:cpp|hpp|py|sh|toml|inc))`")


def named(page):
    """(line number, name as written, path) of every link and file that a page names."""
    for number, line in enumerate(page.read_text().splitlines(), 1):
        for link in LINK.findall(line):
            if "://" not in link:
                yield number, link, page.parent / link
        for file in FILE.findall(line):
            if (ROOT / file.split("/")[0]).is_dir():
                yield number, file, ROOT / file


def main():
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    findings = [f"{page.relative_to(ROOT)}:{number}: there is no {name}"
                for page in pages for number, name, path in named(page) if not path.exists()]
    linked = {path.resolve() for _, _, path in named(pages[0])}
    findings += [f"README.md: does not link {page.relative_to(ROOT)}"
                 for page in pages[1:] if page not in linked]
    print("\n".join(findings) or f"documents: {len(pages)} pages")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
