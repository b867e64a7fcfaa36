"""A private Slurm of Debian's packages: one controller and two node daemons on this host, as the user who starts it.

Keys, sockets, state and logs are in one folder, ports are free ones. No accounts are kept, so that `sacct` has no
answer: what is harder for those who submit.
"""

from __future__ import annotations

import getpass
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

DAEMONS = ("munged", "slurmctld", "slurmd")
SYSTEM = "/usr/sbin:/usr/local/sbin"
#: More jobs than this are refused in one array.
MAX_ARRAY_SIZE = 9

CONF = """
ClusterName=private
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge.sock,cred_expire=5
StateSaveLocation={folder}/state
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdSpoolDir={folder}/spool/%n
SlurmdPidFile={folder}/slurmd.%n.pid
SlurmdLogFile={folder}/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=1,sched_min_interval=0
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
ReturnToService=2
SlurmdTimeout=5
KillWait=2
MinJobAge=300
MessageTimeout=2
MaxArraySize={max_array_size}
JobRequeue=0
PropagateResourceLimits=NONE
{nodes}
PartitionName=debug Nodes=ALL Default=YES MaxTime=02:00:00 State=UP PriorityTier=1
PartitionName=urgent Nodes=ALL MaxTime=02:00:00 State=UP PriorityTier=10
"""


def absent() -> list[str]:
    """The daemons that this host does not have."""
    return [name for name in DAEMONS if shutil.which(name, path=f"{os.environ['PATH']}:{SYSTEM}") is None]


def free_ports(n: int) -> list[int]:
    """Ports that nobody listens on."""
    sockets = [socket.socket() for _ in range(n)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def until(condition: Callable[[], object], seconds: float, what: str) -> None:
    """Wait for something; AssertionError that names it if it does not come."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s in vain for {what}"
        time.sleep(0.1)


class PrivateSlurm:
    """A Slurm of two nodes that lives in one folder, from `start` to `stop`."""

    nodes = ("n1", "n2")

    def __init__(self, folder: Path, cores: int = 2) -> None:
        """Write its configuration and its key."""
        self.folder = folder
        self.conf = folder / "slurm.conf"
        for name in ("state", "spool/n1", "spool/n2"):
            (folder / name).mkdir(parents=True)
        key = folder / "munge.key"
        key.touch(mode=0o600)
        key.write_bytes(secrets.token_bytes(128))
        host = socket.gethostname().partition(".")[0]
        port, *ports = free_ports(1 + len(self.nodes))
        nodes = [
            f"NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={at} CPUs={cores} RealMemory=2000"
            for name, at in zip(self.nodes, ports, strict=True)
        ]
        said = {"host": host, "port": port, "user": getpass.getuser(), "folder": folder}
        self.conf.write_text(CONF.format(**said, nodes="\n".join(nodes), max_array_size=MAX_ARRAY_SIZE))
        self.env = {**os.environ, "SLURM_CONF": str(self.conf), "PATH": f"{os.environ['PATH']}:{SYSTEM}"}

    def run(self, *command: str) -> str:
        """What a command of Slurm prints."""
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout

    def start(self) -> None:
        """Start the daemons and wait until both nodes are idle."""
        at = self.folder
        self.run("munged", f"--key-file={at}/munge.key", f"--socket={at}/munge.sock", f"--pid-file={at}/munged.pid",
                 f"--log-file={at}/munged.log", f"--seed-file={at}/munge.seed", "--force")  # fmt: skip
        self.start_controller()
        for name in self.nodes:
            self.start_node(name)

    def start_controller(self) -> None:
        """Start the controller, with the jobs that it knew when it stopped."""
        self.run("slurmctld", "-f", str(self.conf))

    def stop_controller(self) -> None:
        """Stop the controller; jobs go on."""
        controller = int((self.folder / "slurmctld.pid").read_text())
        os.kill(controller, signal.SIGTERM)
        until(lambda: not alive(controller), 20, "the controller to end")

    def start_node(self, name: str) -> None:
        """Start the daemon of a node and wait until the node is idle."""
        self.run("slurmd", "-N", name, "-f", str(self.conf))
        self.until_state(name, "idle")

    def until_state(self, name: str, state: str, seconds: float = 30) -> None:
        """Wait until a node is in a state."""

        def told() -> bool:
            command = ("sinfo", "-h", "-n", name, "-o", "%T")
            done = subprocess.run(
                command, env=self.env, capture_output=True, text=True, timeout=60, check=False
            )
            return state in done.stdout

        until(told, seconds, f"node {name} to be {state}")

    def queue(self, *options: str) -> list[str]:
        """The lines of the queue."""
        return self.run("squeue", "-h", "-r", *options).splitlines()

    def processes_of_node(self, name: str) -> list[int]:
        """The processes of the jobs on a node, and the keepers of their steps."""
        found = set()
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                said = (entry / "environ").read_text(errors="replace").split("\0")
                if f"SLURMD_NODENAME={name}" in said and f"SLURM_CONF={self.conf}" in said:
                    found.add(int(entry.name))
                    keeper = Path("/proc", (entry / "stat").read_text().rpartition(")")[2].split()[1])
                    if (keeper / "comm").read_text().startswith("slurmstepd"):
                        found.add(int(keeper.name))
            except OSError:
                continue
        return sorted(found)

    def lose_node(self, name: str) -> None:
        """End the daemon of a node and all its jobs at once, as a power cut does."""
        daemon = int((self.folder / f"slurmd.{name}.pid").read_text())
        for pid in (daemon, *self.processes_of_node(name)):
            end(pid)

    def clear(self) -> None:
        """Cancel what waits and runs, and wait until it has gone; a job that is just being requeued takes two."""

        def is_empty() -> bool:
            subprocess.run(("scancel", "--me"), env=self.env, capture_output=True, check=False, timeout=60)
            return not self.queue()

        until(is_empty, 40, "the queue to be empty")

    def stop(self) -> None:
        """Cancel what runs, end the daemons, and see that nothing is left."""
        try:
            self.clear()
        finally:
            files = sorted(self.folder.glob("*.pid"), reverse=True)  # slurmd, slurmctld, munged
            pids = [int(text) for text in (file.read_text().strip() for file in files) if text]
            for pid in filter(is_daemon, pids):
                os.kill(pid, signal.SIGTERM)
            until(lambda: not any(map(is_daemon, pids)), 20, "the daemons to end")
            for name in self.nodes:
                for pid in self.processes_of_node(name):
                    end(pid)


def alive(pid: int) -> bool:
    """Whether a process runs and is no zombie."""
    try:
        return not Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0].startswith("Z")
    except OSError:
        return False


def end(pid: int) -> None:
    """End a process at once, if it is still there."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def is_daemon(pid: int) -> bool:
    """Whether a process is a living daemon of Slurm, and not one that has got the number of a dead one."""
    try:
        return alive(pid) and Path(f"/proc/{pid}/comm").read_text().strip() in DAEMONS
    except OSError:
        return False
