"""Mutations of what fprinciple reads: TOML, JSON, CSV, NetCDF, bytes.

All take a random.Random, so that a seed gives the same inputs again. Numbers are small or far
beyond what any machine holds, so that what is valid takes no time.
"""

import copy
import json
import re
import subprocess
import tomllib

# Texts that mean something to a shell, gnuplot, a page, a file system, or a URL reader.
TEXTS = [
    "", " ", "a", "'", '"', "''", "\\", "\\n", "a\nb", "a\rb", "a\tb", "\x01", "\x1b[31mred\x1b[0m",
    "\x7f", "\x85", "\u2028", "\u202e", "\ufeff", "\ufffd", "\U0001f600", "é" * 40, "nan", "0", "-1", "true",
    'a\nsystem("touch PWNED")\n#', "'\nsystem('touch PWNED')\n'", "`touch PWNED`", "$(touch PWNED)",
    "; touch PWNED ;", "| touch PWNED", "< touch PWNED", "@data", "{/:Bold x}", "{", "}", "x_{", "a^b_c",
    "%s%n%d", "{}", "{0}", "<script>alert(1)</script>", "</title>", "-->", "]]>", "&lt;", "&#0;",
    "../..", "..", ".", "/", "/dev/null", "/dev/full", "samples.csv", "results", "weights.nc",
    "nowhere.nc", "line.toml", "http://127.0.0.1:9/x.nc", "file:///etc/hostname", "s3://b/k",
    "samples.csv#mode=zarr,file", "[x]weights.nc", "dap2://127.0.0.1:9/x", "-", "--quiet", "~", "~/x", "*",
    "x" * 300, "ab" * 5000, "/" * 300, "a/" * 200,
    "relu", "tanh", "sine", "ricker", "uniform", "normal", "flow", "gd", "adam", "sgd", "momentum",
    "lfp2019", "lfp2020", "complete", "power", "weights", "distribution", "single", "grid", "square",
    "triangle", "waves", "maps", "curves", "loss", "error", "ladder", "scatter", "spectrum", "bounds",
    "network.width", "error.rmse", "lines", "map",
]
INTEGERS = [0, 1, -1, 2, 3, 4, 7, 16, 2**31, -2**31, 2**53, 2**62, 2**63 - 1, -2**63, 10**15]
FLOATS = [0.0, -0.0, 0.5, 1.0, -1.0, 3.7, 1e-3, 1e-8, 1e-16, 1e-160, 1e-300, 5e-324, 1e3, 1e8, 1e16,
          1e19, 1e150, 1e160, 1e300, 1.7976931348623157e308, -1e300, float("inf"), float("-inf"),
          float("nan")]
DEPTHS = [3, 30, 300, 3000, 30000]


class Raw(str):
    """Written as it stands."""


# A tree of dicts, lists and values, as TOML and JSON have them --------------------------------------

def places(tree):
    """Every (container, key) in the tree."""
    found = []
    todo = [tree]
    while todo:
        node = todo.pop()
        items = node.items() if isinstance(node, dict) else enumerate(node)
        for key, value in items:
            found.append((node, key))
            if isinstance(value, (dict, list)):
                todo.append(value)
    return found


def number(random):
    kind = random.randrange(4)
    if kind == 0:
        return random.choice(INTEGERS)
    if kind == 1:
        return random.choice(FLOATS)
    if kind == 2:
        return random.uniform(-2, 2)
    return random.choice((1, -1)) * 10.0 ** random.uniform(-320, 308)


def value(random, nested=2):
    kind = random.randrange(8 if nested else 6)
    if kind < 2:
        return number(random)
    if kind < 4:
        return random.choice(TEXTS)
    if kind == 4:
        return random.choice((True, False))
    if kind == 5:
        return random.choice(([], {}, [[]], [{}]))
    if kind == 6:
        return [value(random, nested - 1) for _ in range(random.randrange(4))]
    return {random.choice(TEXTS): value(random, nested - 1) for _ in range(random.randrange(3))}


def near(random, old):
    """Another value of the same type."""
    if isinstance(old, bool):
        return not old
    if isinstance(old, int):
        return random.choice((old + 1, old - 1, -old, 2 * old, random.choice(INTEGERS), float(old)))
    if isinstance(old, float):
        return random.choice((-old, old * 10, old / 10, old * 1e160, old * 1e-160, old + 1e-13,
                              random.choice(FLOATS)))
    if isinstance(old, str):
        text = random.choice(TEXTS)
        return random.choice((text, old + text, text + old, old[:len(old) // 2], old.upper()))
    if isinstance(old, list) and old:
        return random.choice((old + old, old[:-1], old[::-1], old + [value(random, 1)], [old],
                              old[:1] * random.choice((1, 2, 50))))
    return value(random)


def change(random, tree, others):
    """Changes the tree at one place; `others` are trees whose parts may come into it."""
    found = places(tree)
    if not found:
        tree[random.choice(TEXTS)] = value(random)
        return
    node, key = random.choice(found)
    kind = random.randrange(10)
    if kind < 4:
        node[key] = near(random, node[key])
    elif kind == 4:
        node[key] = value(random)
    elif kind == 5:
        del node[key]
    elif kind == 6 and isinstance(node, dict):  # under another name
        node[random.choice(TEXTS + [k for _, k in found if isinstance(k, str)])] = node[key]
    elif kind == 7:  # exchanged with another place
        other, at = random.choice(found)
        one, two = copy.deepcopy(node[key]), copy.deepcopy(other[at])
        node[key], other[at] = two, one
    elif kind == 8:
        node[key] = Raw(deep(random))
    else:  # a part of another file, at the same key where there is one
        parts = places(random.choice(others))
        same = [(n, k) for n, k in parts if k == key]
        there, at = random.choice(same or parts)
        if isinstance(node, dict) and isinstance(at, str):
            key = at
        node[key] = copy.deepcopy(there[at])


def deep(random):
    depth = random.choice(DEPTHS)
    return random.choice(("[" * depth + "]" * depth, "[" * depth, '{"a":' * depth,
                          '{"a":' * depth + "1" + "}" * depth, "{a=" * depth + "1" + "}" * depth))


def changed(random, tree, others):
    tree = copy.deepcopy(tree)
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 5))):
        change(random, tree, others)
    return tree


# TOML -----------------------------------------------------------------------------------------------

def toml_text(text):
    named = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"%s"' % "".join(named.get(c, c if c >= " " and c != "\x7f" else "\\u%04X" % ord(c)) for c in text)


def toml_key(key):
    return key if re.fullmatch("[A-Za-z0-9_-]+", key) else toml_text(key)


def toml_value(x):
    if isinstance(x, Raw):
        return x
    if isinstance(x, bool):
        return str(x).lower()
    if isinstance(x, (int, float)):
        return repr(x)
    if isinstance(x, str):
        return toml_text(x)
    if isinstance(x, list):
        return "[%s]" % ", ".join(map(toml_value, x))
    return "{ %s }" % ", ".join(f"{toml_key(k)} = {toml_value(v)}" for k, v in x.items())


def toml_file(tree):
    """As people write it: values first, then tables and arrays of tables."""
    lines = [f"{toml_key(k)} = {toml_value(v)}" for k, v in tree.items() if not table(v)]
    for name, part in tree.items():
        if not table(part):
            continue
        several = isinstance(part, list)
        for one in part if several else [part]:
            lines.append(("[[%s]]" if several else "[%s]") % toml_key(name))
            lines += [f"{toml_key(k)} = {toml_value(v)}" for k, v in one.items()]
    return "\n".join(lines) + "\n"


def table(x):
    return isinstance(x, dict) or isinstance(x, list) and x and all(isinstance(e, dict) for e in x)


def toml(random, file, others):
    """A mutation of a TOML file; `others` are more of them."""
    read = [tomllib.loads(other.decode()) for other in others]
    out = toml_file(changed(random, tomllib.loads(file.decode()), read)).encode(errors="surrogatepass")
    return text(random, out) if random.random() < 0.15 else out


# Text and bytes -------------------------------------------------------------------------------------

def text(random, file):
    """A mutation of lines or of bytes."""
    lines = file.split(b"\n")
    at = random.randrange(len(lines))
    kind = random.randrange(9)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(at, random.choice(lines))
    elif kind == 2:
        other = random.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    elif kind == 3:
        lines[at] = lines[at] * random.choice((2, 100, 2000))
    elif kind == 4:
        lines.insert(at, random.choice(TEXTS).encode())
    elif kind == 5:
        return random.choice((b"", b"\xef\xbb\xbf" + file, file.replace(b"\n", b"\r\n"),
                              file.replace(b"\n", b"\r"), file.rstrip(b"\n"), file.decode(errors="replace").encode("utf-16"),
                              file + file, b"\0" * 5000, file[:random.randrange(len(file) + 1)]))
    elif kind == 6:
        lines[at] += random.choice((b"\xff", b"\xc3", b"\0", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x1b]0;x\x07"))
    else:
        return damaged(random, file)
    return b"\n".join(lines)


def damaged(random, file):
    """A mutation of a binary file, often near its beginning, where what describes it stands."""
    data = bytearray(file)
    for _ in range(random.choice((1, 1, 2, 5, 20))):
        if not data:
            break
        end = min(len(data), random.choice((64, 1024, 8192, len(data))))
        at = random.randrange(end)
        size = random.choice((1, 2, 4, 8, 64))
        kind = random.randrange(8)
        if kind < 3:
            data[at] ^= 1 << random.randrange(8)
        elif kind == 3:
            data[at] = random.randrange(256)
        elif kind == 4:
            data[at:at + size] = random.choice((b"\0", b"\xff", b"\x7f", b"\x80")) * size
        elif kind == 5:
            del data[at:at + size]
        elif kind == 6:
            data[at:at] = bytes(random.randrange(256) for _ in range(size))
        else:
            del data[random.randrange(len(data)):]
    return bytes(data)


def csv(random, file):
    """A mutation of cells, or of text."""
    if random.random() < 0.4:
        return text(random, file)
    rows = [line.split(b",") for line in file.split(b"\n")]
    for _ in range(random.choice((1, 1, 2, 4))):
        row = random.choice(rows)
        at = random.randrange(len(row))
        kind = random.randrange(5)
        if kind < 2:
            row[at] = repr(number(random)).encode()
        elif kind == 2:
            row[at] = random.choice(
                (b"", b" ", b'"1"', b'"', b"+1", b"+-1", b"0x10", b"1e999", b"1e-999", b"1,5", b"1;2", b"1 2",
                 b"infinity", b"nan(1)", b"1d5", b"\xff", b"\0", b"x", b"x1", b"y", b"9" * 400, b"0." + b"0" * 400 + b"1"))
        elif kind == 3:
            row.insert(at, random.choice(row))
        elif len(row) > 1:
            del row[at]
    return b"\n".join(b",".join(row) for row in rows)


# JSON -----------------------------------------------------------------------------------------------

def json_value(x):
    if isinstance(x, Raw):
        return x
    if isinstance(x, list):
        return "[%s]" % ",".join(map(json_value, x))
    if isinstance(x, dict):
        return "{%s}" % ",".join(f"{json.dumps(k)}:{json_value(v)}" for k, v in x.items())
    return json.dumps(x)


def json_file(random, file, others):
    try:
        tree = changed(random, json.loads(file), [json.loads(other) for other in others])
    except (ValueError, RecursionError):  # it was mutated before
        return text(random, file)
    if random.random() < 0.2:
        return text(random, file)
    out = json_value(tree)
    kind = random.randrange(12)
    if kind == 0:
        out = deep(random)
    elif kind == 1:
        out = re.sub(r"\d+\.\d+", lambda _: random.choice(("1e999", "-1e999", "9" * 400, "1e-999", "null")), out, 1)
    elif kind == 2:
        out = out.replace('"', '"\\ud800', 1)
    return out.encode(errors="surrogatepass")


# NetCDF: by way of CDL, and by damage ------------------------------------------------------------------

TYPES = """
  compound pair { double x ; int y ; } ;
  opaque(11) blob ;
  double(*) ragged ;
  ubyte enum colour { red = 0, green = 1 } ;
"""
TYPE_NAMES = ["double", "float", "int", "byte", "char", "short", "int64", "uint64", "ubyte", "string", "pair", "blob",
              "ragged", "colour"]
DECLARED = re.compile(r"^\t(\w+) (\"?[^\s:(]+)(\(.*\))? ;$")


def cdl(random, text):
    """Another type, shape or size, or other data, in a file written by ncdump."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        lines = text.split("\n")
        kind = random.randrange(9)
        declared = [i for i, line in enumerate(lines) if DECLARED.match(line)]
        dimensions = [i for i, line in enumerate(lines) if re.match(r"^\t\S+ = (\d+|UNLIMITED)", line)]
        attributes = [i for i, line in enumerate(lines) if re.match(r"^\t\t\S*:\S+ = ", line)]
        if kind < 3 and declared:
            i = random.choice(declared)
            _, name, shape = DECLARED.match(lines[i]).groups()
            new = random.choice(TYPE_NAMES)
            lines[i] = f"\t{new} {name}{shape or ''} ;"
            text = without_data("\n".join(lines), name)
            if new in TYPE_NAMES[-4:] and "\ntypes:" not in text:
                text = text.replace("\ndimensions:", "\ntypes:" + TYPES + "dimensions:", 1)
            continue
        if kind == 3 and declared and dimensions:
            i = random.choice(declared)
            of, name, _ = DECLARED.match(lines[i]).groups()
            names = [re.match(r"^\t(\S+) =", lines[j])[1] for j in dimensions]
            shape = ", ".join(random.choice(names) for _ in range(random.randrange(4)))
            lines[i] = f"\t{of} {name}{f'({shape})' if shape else ''} ;"
            text = without_data("\n".join(lines), name)
            continue
        if kind == 4 and declared:
            i = random.choice(declared)
            name = DECLARED.match(lines[i])[2]
            del lines[i]
            text = without_data("\n".join(lines), name)
            text = re.sub(rf"(?m)^\t\t{re.escape(name)}:.*\n", "", text)
            continue
        if kind == 5 and dimensions:
            i = random.choice(dimensions)
            size = random.choice(("UNLIMITED", "1", "2", "5", "1000000000", "4000000000"))
            lines[i] = re.sub(r"= .*", f"= {size} ;", lines[i])
            if random.random() < 0.7:
                text = "\n".join(lines).split("\ndata:")[0] + "\n}\n"
                continue
        if kind == 6 and attributes:
            i = random.choice(attributes)
            name = lines[i].split(" = ")[0]
            lines[i] = random.choice((None, f"{name} = 7.5 ;", f'{name} = "" ;', f'{name} = "other" ;',
                                      f'string {name.strip()} = "a", "b" ;', f'{name} = "{"x" * 70000}" ;',
                                      f'{name} = "\\001\\033[31m\\377" ;'))
            lines = [line for line in lines if line is not None]
        if kind == 7:
            text = "\n".join(lines)
            head, _, data = text.partition("\ndata:")
            numbers = list(re.finditer(r"-?\d+(\.\d+)?(e-?\d+)?", data))
            if numbers:
                one = random.choice(numbers)
                new = random.choice(("NaN", "Infinity", "-Infinity", "0", "-1", "1e300", "1e-300", "3", "1e19", "_"))
                data = data[:one.start()] + new + data[one.end():]
            text = head + ("\ndata:" + data if data else "")
            continue
        if kind == 8 and declared:
            i = random.choice(declared)
            name = DECLARED.match(lines[i])[2]
            lines.insert(i + 1, "\t\t" + name + random.choice((
                ":_DeflateLevel = 5 ;", ":_Fletcher32 = \"true\" ;", ":_Shuffle = \"true\" ;",
                ":_Endianness = \"big\" ;", ":_FillValue = 1. ;", ":scale_factor = 0. ;", ":valid_range = 1., 2. ;")))
        text = "\n".join(lines)
    return text


def without_data(text, name):
    return re.sub(rf"(?ms)^ {re.escape(name)} =.*?;\n", "", text)


def dumped(file):
    """The CDL of a NetCDF file."""
    return subprocess.run(["ncdump", "-p", "9,17", file], check=True, capture_output=True).stdout.decode()


def generated(random, text, scratch):
    """The NetCDF file of a CDL text in a random format; None where ncgen refuses it."""
    source, file = scratch / "mutated.cdl", scratch / "mutated.nc"
    source.write_text(text)
    file.unlink(missing_ok=True)
    kind = random.choice(("nc4", "nc4", "nc4", "classic", "64-bit offset", "64-bit data", "nc7"))
    try:
        made = subprocess.run(["ncgen", "-k", kind, "-o", file, source], capture_output=True, timeout=10)
    except subprocess.TimeoutExpired:
        return None
    if made.returncode != 0 or not file.exists() or file.stat().st_size > 1 << 24:
        return None
    return file.read_bytes()


def netcdf(random, file, text, scratch):
    """A mutation of a NetCDF file, whose CDL is `text`."""
    if random.random() < 0.4:
        return damaged(random, file)
    return generated(random, cdl(random, text), scratch) or damaged(random, file)
