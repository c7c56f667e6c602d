#!/usr/bin/env bash
# Runs the recipes of Samples/batch on the real engines, with a worker killed midway: every input must
# have one row, whose bytes (Slurm, GNU parallel) are those of an undisturbed run. Outside CI:
#
#   check_engines.sh GLIMPSE LIST PYTHON     # PYTHON has pyspark and ray; root, for Slurm
#
# Needs Debian's parallel, slurm-wlm, munge and a Java 17 for Spark. What is missing is named and skipped.
set -euo pipefail
export GLIMPSE=$1
list=$(realpath "$2") python=$3
recipes=$(realpath "$(dirname "$0")/../../../Samples/batch")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
options=(--imgsz 96)

has() { command -v "$1" >/dev/null || { echo "skipped: $1 is not installed"; return 1; }; }

one_row_each() {
  "$python" - "$list" <<'EOF'
import collections, json, sys
rows = collections.Counter(json.loads(line)["path"] for line in sys.stdin)
wanted = collections.Counter(open(sys.argv[1]).read().split("\n"))
del wanted[""]
sys.exit(0 if rows == wanted else f"{sum(rows.values())} rows for {sum(wanted.values())} inputs")
EOF
}

# Kills the oldest process of glimpse after some seconds.
kill_one() { sleep "$1"; pkill -9 -o -f "$GLIMPSE detect" || echo "note: nothing was left to kill"; }

"$GLIMPSE" detect "$list" --output whole --no-save --quiet "${options[@]}" || [ $? -eq 3 ]

if has parallel; then
  kill_one 2 &
  "$recipes/gnu-parallel.sh" "$list" parallel 2 "${options[@]}" >/dev/null 2>&1
  wait
  cmp parallel/all.jsonl whole/rows.jsonl && echo "GNU parallel: same bytes"
fi

if has sbatch && has munged && [ "$(id -u)" -eq 0 ]; then
  "$recipes/slurm-one-node.sh" slurm
  export SLURM_CONF=$work/slurm/slurm.conf
  job=$(sbatch --parsable --array=0-3 --output=/dev/null "$recipes/slurm-array.sh" "$list" "$work/array" \
    "${options[@]}")
  sleep 3
  scontrol requeue "${job}_0" || true
  while [ -n "$(squeue -h -j "$job" 2>/dev/null)" ]; do sleep 2; done
  "$GLIMPSE" merge array | cmp - whole/rows.jsonl && echo "Slurm: same bytes"
  pkill slurmctld || true
  pkill slurmd || true
fi

if has java && "$python" -c 'import pyspark' 2>/dev/null; then
  home=$("$python" -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')
  kill_one 20 &
  PYSPARK_PYTHON=$python SPARK_HOME=$home "$home/bin/spark-submit" --master 'local[2,4]' \
    "$recipes/spark_detect.py" "$list" "$work/spark" 12 >spark.log 2>&1
  wait
  cat spark/part-* | one_row_each && echo "Spark: one row per input"
fi

if "$python" -c 'import ray' 2>/dev/null; then
  (sleep 15; pkill -9 -o -f 'ray::' || echo "note: nothing was left to kill") &
  "$python" "$recipes/ray_detect.py" "$list" "$work/ray" 500 >ray.log 2>&1
  wait
  one_row_each <ray/rows.jsonl && echo "Ray: one row per input"
fi
