#!/usr/bin/env python3
"""Checks every file that `voxspec expand --all` wrote against its schema: validate_cases.py FOLDER."""
import collections
import json
import pathlib
import re
import sys

try:
    import jsonschema
except ImportError:
    print("skipped: there is no python3-jsonschema")
    sys.exit(0)

folder = pathlib.Path(sys.argv[1])
index = json.loads((folder / "index.json").read_text())
schema = json.loads((folder / index["schema"]).read_text())
jsonschema.Draft202012Validator.check_schema(schema)
whole = jsonschema.Draft202012Validator(schema)
step = jsonschema.Draft202012Validator({"$ref": "#/$defs/step", "$defs": schema["$defs"]})
seen, wrong = collections.Counter(), 0
alike_max = 20


def check(validator, value, where):
    global wrong
    for error in list(validator.iter_errors(value))[:1]:
        wrong += 1
        print(f"{where}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")


check(whole, index, "index.json")
check(whole, json.loads((folder / index["frames"]).read_text()), index["frames"])
for entry in index["cases"]:
    case = json.loads((folder / entry["file"]).read_text())
    if case["id"] != entry["id"]:
        wrong += 1
        print(f"{entry['file']}: it is the case {case['id']}")
    # Steps that differ in their numbers and bytes alone are looked at some times: most of the time goes there.
    for each in case["steps"]:
        shape = re.sub(r'"[0-9a-f]*"|\d+', "0", json.dumps(each))
        seen[shape] += 1
        if seen[shape] <= alike_max:
            check(step, each, entry["file"])
    check(whole, {**case, "steps": []}, entry["file"])
files = {str(file.relative_to(folder)) for file in folder.rglob("*.json")}
unknown = files - {entry["file"] for entry in index["cases"]} - {"index.json", index["frames"], index["schema"]}
print(f"{len(index['cases'])} cases, {wrong} wrong, {len(unknown)} files that the index does not name")
sys.exit(1 if wrong or unknown or not index["cases"] else 0)
