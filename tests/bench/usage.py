"""usage.py - what a process has used, as the kernel counts it: memory, wake-ups, processor time."""

import os


def resident_mib(pid):
    return _field(f"/proc/{pid}/smaps_rollup", "Rss:") / 1024


def proportional_mib(pid):
    """Resident, with each shared page divided by the number of those who share it."""
    return _field(f"/proc/{pid}/smaps_rollup", "Pss:") / 1024


def wakeups(pid):
    """Voluntary context switches of all threads since they began."""
    return sum(_field(f"/proc/{pid}/task/{thread}/status", "voluntary_ctxt_switches:")
               for thread in _threads(pid))


def cpu_s(pid):
    """Seconds on a processor, of all threads since they began."""
    total_ns = 0
    for thread in _threads(pid):
        with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii") as file:
            total_ns += int(file.read().split()[0])
    return total_ns / 1e9


def _threads(pid):
    return os.listdir(f"/proc/{pid}/task")


def _field(path, name):
    with open(path, encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name))
