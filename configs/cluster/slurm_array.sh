#!/usr/bin/env bash
# A study as a Slurm array: one task for each part, any number of nodes.
#
#   sbatch --array=1-10 slurm_array.sh STUDY.toml OUT
#   sbatch --dependency=afterok:JOBID --wrap "resprout collect OUT/parts/* --out OUT/study"
#
# A part that is stopped, by the time limit or with its node, goes on where it was when it is queued again.
#SBATCH --job-name=resprout
#SBATCH --cpus-per-task=1
#SBATCH --mem-per-cpu=2G
#SBATCH --time=04:00:00
# a minute before the time is over, the part is asked to stop, and is queued again
#SBATCH --signal=B:TERM@60
#SBATCH --requeue
#SBATCH --open-mode=append
set -euo pipefail

study=$1
out=$2
part=$SLURM_ARRAY_TASK_ID
parts=$SLURM_ARRAY_TASK_COUNT
resprout=${RESPROUT:-resprout}

mkdir -p "$out/parts"
# in the background, so that this script hears the signal and hands it on
"$resprout" sweep "$study" --shard "$part/$parts" --out "$out/parts/$part" \
    --threads "${SLURM_CPUS_PER_TASK:-1}" --quiet &
running=$!
trap 'kill -TERM $running 2>/dev/null || true' TERM
code=0
wait $running || code=$?
# a signal interrupts the wait as well: the part itself has the last word
if kill -0 $running 2>/dev/null; then
    code=0
    wait $running || code=$?
fi
# 130: stopped as asked; above 128: killed
if [ "$code" -ge 128 ]; then
    echo "part $part/$parts was stopped with $code: queued again"
    scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"
    # Slurm ends this script when it queues it again
    sleep 60
fi
exit "$code"
