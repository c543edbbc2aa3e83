#!/usr/bin/env bash
# The shipped Snakemake workflow, run for real: 200 points in eight parts, five of them killed, against one process.
#
#   tests/cluster/snakemake.sh          (after cargo build --release)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/study.sh"
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

if ! python3 -m venv "$place/venv" || ! "$place/venv/bin/pip" install -q snakemake; then
    echo "SKIPPED: Snakemake cannot be installed here"
    exit 0
fi
write_study "$place"
"$resprout" sweep "$place/study.toml" --out "$place/whole" --quiet
(
    for _ in 1 2 3 4 5; do
        sleep "0.$((RANDOM % 9 + 1))"
        pkill -9 -f "sweep $place/study.toml --shard" && echo "killed a part" || true
        sleep 1
    done
) &
"$place/venv/bin/snakemake" --snakefile "$root/configs/cluster/Snakefile" --cores 2 --quiet all --directory "$place" \
    --config study="$place/study.toml" out="$place/out" parts=8 resprout="$resprout"
compare "$place/whole" "$place/out/study"
echo "Snakemake gave the bytes of one process"
