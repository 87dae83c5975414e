#!/usr/bin/python3
"""The style sheet is CSS, and every custom property that it or the player uses is defined in it.

usage: style_sheet.py PAGE.css PLAYER.js

Needs python3-tinycss2 (./setup --dev); exit status 77 without it.
"""

import re
import sys
from pathlib import Path

try:
    import tinycss2
except ImportError:
    print("style sheet: python3-tinycss2 is not installed")
    sys.exit(77)

GROUPS = {"media", "supports"}


def rules(nodes):
    """The declarations of all rules, and what is no rule."""
    for node in nodes:
        if node.type == "at-rule" and node.lower_at_keyword in GROUPS:
            yield from rules(tinycss2.parse_rule_list(node.content, True, True))
        elif node.type in ("qualified-rule", "at-rule") and node.content is not None:
            yield from tinycss2.parse_declaration_list(node.content, True, True)
        else:
            yield node


sheet, player = (Path(name).read_text() for name in sys.argv[1:3])
declarations = list(rules(tinycss2.parse_stylesheet(sheet, True, True)))
faults = [f"line {node.source_line}: {getattr(node, 'message', 'is no declaration')}"
          for node in declarations if node.type != "declaration"]
defined = {node.name for node in declarations if node.type == "declaration"}
used = re.findall(r"var\(--([\w-]+)", sheet) + re.findall(r"colour\('([\w-]+)'", player)
for name in sorted(set(used)):
    if f"--{name}" not in defined:
        faults.append(f"--{name} is used and not defined")
print("\n".join(faults) if faults else f"style sheet: {len(declarations)} declarations")
sys.exit(1 if faults else 0)
