#!/usr/bin/env python3
"""Plays expanded cases (voxspec expand --all DIR) against a subject over TCP and judges it, without voxspec.

usage: replay.py [--json FILE] [--jobs N] [--ability NAME]... CASES SUBJECT [ID]...

SUBJECT is a program that keeps docs/subjects.md, or a folder with its subject.json. An ID may be a folder of cases or a glob."""
import argparse
import collections
import concurrent.futures
import fnmatch
import json
import pathlib
import shlex
import sys

import player


def selected(index, wanted):
    def fits(name):
        # An id without its role stands for both, and one without its row for all rows.
        names = (name, name.split("@")[0], name.split("@")[0].split("[")[0])
        return not wanted or any(name.startswith(each.rstrip("/") + "/") or
                                 any(fnmatch.fnmatchcase(one, each.replace("[", "[[]")) for one in names)
                                 for each in wanted)
    return [entry for entry in index["cases"] if fits(entry["id"])]


def subject_of(word, abilities):
    """Its command, its environment, and what it can do."""
    file = pathlib.Path(word, "subject.json")
    if not file.is_file():
        return shlex.split(word), {}, abilities + ["testbed"]
    said = json.loads(file.read_text())
    command = [str(file.parent.resolve() / said["command"][0]) if "/" in said["command"][0] else said["command"][0],
               *said["command"][1:]]
    return command, said.get("env", {}), abilities + said["abilities"]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("cases", type=pathlib.Path)
    options.add_argument("subject")
    options.add_argument("id", nargs="*")
    options.add_argument("--json", type=pathlib.Path)
    options.add_argument("--jobs", type=int, default=4)
    options.add_argument("--ability", action="append", default=[])
    given = options.parse_args()

    index = json.loads((given.cases / "index.json").read_text())
    if index["format"] != "voxspec-cases/1":
        sys.exit("these cases are of another format")
    layouts = json.loads((given.cases / index["frames"]).read_text())
    command, environment, abilities = subject_of(given.subject, given.ability)

    def judged(entry):
        needed = entry["abilities"] + (["testbed"] if entry["methods"] else [])
        missing = [each for each in needed if each not in abilities]
        if missing:
            return "unsupported", "needs the ability " + missing[0]
        case = json.loads((given.cases / entry["file"]).read_text())
        return player.judge(case, layouts, command, environment)

    entries = selected(index, given.id)
    if not entries:
        sys.exit(f"no case of {given.cases} fits " + " ".join(given.id))
    verdicts = {}
    with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
        for entry, (verdict, reason) in zip(entries, pool.map(judged, entries)):
            verdicts[entry["id"]] = {"verdict": verdict, "reason": reason}
            print(f"{verdict:<11} {entry['id']}" + (f"  {reason}" if reason else ""), flush=True)
    count = collections.Counter(each["verdict"] for each in verdicts.values())
    print(f"{len(verdicts)} cases: " + ", ".join(f"{number} {verdict}" for verdict, number in sorted(count.items())))
    if given.json:
        given.json.write_text(json.dumps({"cases": verdicts}, indent=1))
    sys.exit(1 if count["fail"] else 0 if verdicts else 2)


if __name__ == "__main__":
    main()
