#!/usr/bin/env python3
"""Says whether the replayer gave each case that it judges the verdict of voxspec: compare_replay.py REPLAY.json RUN.json SHARE.

SHARE is the part of all cases, in percent, that it has to judge at least."""
import json
import sys

replayed, run, share = json.load(open(sys.argv[1]))["cases"], json.load(open(sys.argv[2]))["cases"], int(sys.argv[3])
ours = {case["id"]: case["verdict"].replace("-", "_") for case in run}
judged = {name: case for name, case in replayed.items() if case["verdict"] not in ("unjudged", "unsupported")}
different = 0
for name, case in judged.items():
    if case["verdict"] != ours.get(name):
        different += 1
        print(f"{name}: {case['verdict']} ({case['reason']}), and voxspec says {ours.get(name)}")
percent = 100 * len(judged) // max(1, len(replayed))
print(f"{len(judged)} of {len(replayed)} cases judged ({percent} %), {different} with another verdict")
sys.exit(0 if judged and percent >= share and not different else 1)
