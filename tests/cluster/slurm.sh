#!/usr/bin/env bash
# The shipped Slurm array, run for real on a cluster of this one machine: 200 points in eight parts, some of them killed,
# against one process. Needs root; starts munged, slurmctld and slurmd and stops them.
#
#   tests/cluster/slurm.sh          (after cargo build --release)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/study.sh"

if ! command -v slurmd >/dev/null || ! command -v slurmctld >/dev/null; then
    if [ "$(id -u)" != 0 ] || ! { apt-get update -qq && apt-get install -y -qq slurm-wlm munge >/dev/null; }; then
        echo "SKIPPED: Slurm cannot be installed here"
        exit 0
    fi
fi
place=$(mktemp -d)
pids=()
stop() {
    scancel --user root 2>/dev/null || true
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    rm -rf "$place"
}
trap stop EXIT
host=$(hostname)
mkdir -p "$place/state" "$place/spool" /run/munge
chown munge: /run/munge
cat > "$place/slurm.conf" <<CONF
ClusterName=one
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
StateSaveLocation=$place/state
SlurmdSpoolDir=$place/spool
SlurmctldPidFile=$place/slurmctld.pid
SlurmdPidFile=$place/slurmd.pid
SlurmctldLogFile=$place/slurmctld.log
SlurmdLogFile=$place/slurmd.log
SlurmctldPort=16817
SlurmdPort=16818
SchedulerParameters=sched_interval=1,requeue_delay=1
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 RealMemory=$(free -m | awk "/^Mem/ { print int(0.9 * \$2) }") State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$place/slurm.conf
if ! pgrep -x munged >/dev/null; then
    su -s /bin/sh munge -c 'munged --force'
    pids+=("$(pgrep -x munged | head -1)")
fi
slurmctld -D >/dev/null 2>&1 &
pids+=($!)
sleep 2
slurmd -D >/dev/null 2>&1 &
pids+=($!)
for _ in $(seq 30); do sinfo -h -o %T 2>/dev/null | grep -q idle && break; sleep 1; done
sinfo

write_study "$place"
"$resprout" sweep "$place/study.toml" --out "$place/whole" --quiet
export RESPROUT=$resprout
cd "$place"
job=$(sbatch --parsable --array=1-8 "$root/configs/cluster/slurm_array.sh" "$place/study.toml" "$place/out")
kills=0
for _ in $(seq 600); do
    left=$(squeue -h -r -j "$job" 2>/dev/null | wc -l)
    [ "$left" = 0 ] && break
    if [ $kills -lt 5 ] && pkill -9 -f "sweep $place/study.toml --shard"; then
        kills=$((kills + 1))
    fi
    sleep "1.$((RANDOM % 9))"
done
echo "killed $kills times"
grep -h "queued again" slurm-*.out || true
"$resprout" collect out/parts/* --out out/study --quiet
compare "$place/whole" "$place/out/study"
echo "the Slurm array gave the bytes of one process"
