"""What the benches share: the release build, Debian's packages of the peers, pinned processes, medians, the last line."""
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build-release"
PROGRAM = BUILD / "release" / "lopan"
SERVER_CORE, CLIENT_CORE = "0", "1"
TICKS = os.sysconf("SC_CLK_TCK")


def say(*words):
    print(*words, file=sys.stderr, flush=True)


def give_up(sentence):
    say(f"bench: {sentence}")
    sys.exit(1)


def build():
    """The program as it is shipped; minutes the first time, seconds when nothing changed."""
    if "--no-build" in sys.argv and PROGRAM.exists():
        return
    say("bench: release build …")
    command = ["swift", "build", "-c", "release", "--product", "lopan", "--static-swift-stdlib",
               "--scratch-path", str(BUILD)]
    if subprocess.run(command, cwd=ROOT, stdout=sys.stderr).returncode != 0:
        give_up("the release build failed.")


def need(packages):
    """Installs what is missing of Debian's packages. Their services are not wanted: the benches start their own."""
    state = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Status}\n", *packages], capture_output=True, text=True)
    missing = [name for name in packages if f"{name} install ok installed" not in state.stdout]
    if not missing:
        return
    say("bench: installing", *missing)
    root = [] if os.geteuid() == 0 else ["sudo"]
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*root, "apt-get", "update", "-qq"], stdout=sys.stderr)
    install = [*root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
    if subprocess.run(install, stdout=sys.stderr, env=quiet).returncode != 0:
        give_up(f"{', '.join(missing)} could not be installed from Debian, and no other peer takes its place.")
    if Path("/run/systemd/system").exists():
        for unit in ("nginx", "ejabberd", "php8.2-fpm"):
            subprocess.run([*root, "systemctl", "disable", "--now", unit], stderr=subprocess.DEVNULL, stdout=sys.stderr)


def version(package):
    text = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True).stdout
    return re.sub(r"^\d+:", "", text).split("-")[0].split("+")[0]


def compile_client(folder):
    client = Path(folder) / "fanout_client"
    source = Path(__file__).parent / "fanout_client.c"
    if subprocess.run(["cc", "-O2", "-o", client, source]).returncode != 0:
        give_up("the load client could not be compiled; is a C compiler there?")
    return client


def pinned(core, command, **options):
    return subprocess.Popen(["taskset", "-c", core, *map(str, command)], **options)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_port(port, server, seconds=60):
    """Waits until somebody listens; fails when the server ended or the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if server.poll() is not None:
            give_up(f"{server.args[3]} ended before it was ready, with code {server.returncode}.")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    give_up(f"{server.args[3]} was not ready after {seconds} s.")


def stop(server):
    if server and server.poll() is None:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def children(pid):
    """A process and all that it started."""
    found, look = [pid], [pid]
    while look:
        parent = look.pop()
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                more = [int(word) for word in task.read_text().split()]
            except OSError:
                continue
            found += more
            look += more
    return found


def cpu_seconds(pids):
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def resident_mb(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def quiet(pids, seconds=20):
    """Waits until a server has worked off what it was given, at most so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        before = cpu_seconds(pids)
        time.sleep(0.3)
        if cpu_seconds(pids) - before <= 0.02:
            return


median = statistics.median


def middle(rounds, name, digits=1):
    return round(median(one[name] for one in rounds), digits)


def load():
    return round(os.getloadavg()[0], 1)


def finish(**fields):
    """The last line: one JSON object."""
    print(json.dumps(fields, ensure_ascii=False), flush=True)
