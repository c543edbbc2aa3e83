#!/usr/bin/env bash
# Builds the wheel and tests it, in an environment of its own. Needs Python 3.10 or later; says so where there is none.
set -euo pipefail
cd "$(dirname "$0")"

skip() {
    echo "SKIPPED, the Python package was neither built nor tested: $1"
    exit 0
}

python=${PYTHON:-python3}
command -v "$python" >/dev/null || skip "there is no $python"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || skip "$python is older than 3.10"
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
"$python" -m venv "$place/venv" 2>/dev/null || skip "$python makes no environment (venv)"
# shellcheck disable=SC1091
source "$place/venv/bin/activate"
export PYO3_PYTHON="$place/venv/bin/python"
# what the library has compiled already is not compiled again
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/../target}"

cargo fmt --check
cargo clippy --locked -- -D warnings
pip install --quiet maturin || skip "no package registry is reached"
maturin build --quiet --locked --profile "${PROFILE:-dev}" --out "$place/wheels"
wheel=$(echo "$place"/wheels/*.whl)
pip install --quiet "$wheel[test]"
mypy
python -m pytest "$@"
