"""Runs a command; prints what it took as a line of JSON.

python3 bench/usage.py COMMAND ARGUMENT...

seconds     wall time
processor   seconds of processor time, user and system, of it and all its children
peak        bytes: the largest resident set of one of its processes, or of all of them
            together if that is more (PSS, which counts shared pages once; looked at
            once a second, since looking takes time, and on Linux only)
"""

import json
import os
import resource
import subprocess
import sys
import threading
import time

together = 0


def watch(command):
    global together
    while True:
        time.sleep(1)
        processes = descendants(command.pid)
        if len(processes) > 1:
            together = max(together, sum(map(proportional, processes)))


def descendants(root):
    """The process and all that it has started, from /proc."""
    children = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="latin1") as stat:
                parent = int(stat.read().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(name))
    found = [root]
    for process in found:
        found += children.get(process, [])
    return found


def proportional(process):
    try:
        with open(f"/proc/{process}/smaps_rollup", encoding="ascii") as rollup:
            for line in rollup:
                if line.startswith("Pss:"):
                    return 1024 * int(line.split()[1])
    except OSError:
        pass
    return 0


began = time.perf_counter()
command = subprocess.Popen(sys.argv[1:], stdout=sys.stderr)
if os.path.exists("/proc/self/smaps_rollup"):
    threading.Thread(target=watch, args=[command], daemon=True).start()
status = command.wait()
seconds = time.perf_counter() - began
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
unit = 1 if sys.platform == "darwin" else 1024
peak = max(together, unit * usage.ru_maxrss)
processor = usage.ru_utime + usage.ru_stime
print(
    json.dumps(
        {"status": status, "seconds": seconds, "processor": processor, "peak": peak}
    )
)
