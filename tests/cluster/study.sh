# Sourced by the scripts beside it: a study of 200 points of quick-start size, and how its tables are compared.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
resprout=${RESPROUT:-$root/target/release/resprout}
if [ ! -x "$resprout" ]; then
    echo "$resprout is not there: cargo build --release" >&2
    exit 2
fi

# The study in the folder $1.
write_study() {
    cp "$root/configs/quick_start.toml" "$1/base.toml"
    cat > "$1/study.toml" <<'TOML'
schema_version = 1
title = "Two hundred points"
base = "base.toml"

[design]
method = "sobol"
points = 200

[[factor]]
key = "stress.0.level"

[[factor]]
name = "dose"
key = "arm.ketamine.doses.0.amt"
from = "0.1 mg/kg"
to = "2 mg/kg"
distribution = "log_uniform"

[[factor]]
key = "subject.baseline_inflammation"
from = 0
to = 1

[[outcome]]
key = "spine_density_24h_after_dose"

[[outcome]]
key = "madrs_fall_horizon"
TOML
}

# Whether the folders $1 and $2 hold the same tables.
compare() {
    local name same=0
    for name in points.csv study.csv study.parquet failed.csv dictionary.csv; do
        echo "$name  $(sha256sum < "$1/$name" | cut -c1-16)  $(sha256sum < "$2/$name" | cut -c1-16)"
        cmp "$1/$name" "$2/$name" || same=1
    done
    return $same
}
