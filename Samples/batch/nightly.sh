#!/usr/bin/env bash
# Evaluates weights on a labeled dataset each night, and fails when AP has fallen beyond its confidence
# interval: the 95 % interval of this night must reach the AP of the night that is the reference.
#
#   nightly.sh DATASET SPLIT WEIGHTS REFERENCE.json
#
# The first run writes the reference. GLIMPSE names the program.
set -euo pipefail
data=$1 split=$2 weights=$3 reference=$4
glimpse=${GLIMPSE:-glimpse}
result=$(mktemp)
trap 'rm -f "$result"' EXIT

code=0
"$glimpse" evaluate --data "$data" --split "$split" --weights "$weights" --bootstrap 1000 --json \
  >"$result" || code=$?
# 3: some images could not be read, and count as images without detections.
[ "$code" -eq 0 ] || [ "$code" -eq 3 ] || exit "$code"

if [ ! -e "$reference" ]; then
  cp "$result" "$reference"
  echo "wrote the reference $reference"
  exit 0
fi
python3 - "$reference" "$result" <<'EOF'
import json, sys
before, now = (json.load(open(path)) for path in sys.argv[1:])
old, new = before["metrics"]["AP"], now["metrics"]["AP"]
low, high = now["intervals"]["all"]["AP"]
print(f"AP {new:.4f} (95 % interval {low:.4f} to {high:.4f}), reference {old:.4f}")
sys.exit(0 if high >= old else "AP has fallen beyond its confidence interval")
EOF
