#!/usr/bin/env bash
# A Slurm array that detects objects in the images of a list:
#
#   sbatch --array=0-3 slurm-array.sh LIST FOLDER [OPTION...]
#   glimpse merge FOLDER > all.jsonl            # when all tasks have ended
#
# --shard auto takes number and count from SLURM_ARRAY_TASK_ID, _COUNT and _MIN. Before a task's time
# ends or when it is preempted, Slurm sends SIGTERM; the task is put back into the queue and goes on.
#SBATCH --job-name=glimpse
#SBATCH --cpus-per-task=1
#SBATCH --requeue
#SBATCH --signal=B:TERM@60
set -euo pipefail
list=$1 folder=$2
shift 2

"${GLIMPSE:-glimpse}" detect "$list" --output "$folder" --shard auto \
  --threads "${SLURM_CPUS_PER_TASK:-1}" --quiet "$@" &
process=$!
trap 'kill -TERM "$process"' TERM
code=0
wait "$process" || code=$?
# The trap ends the first wait; the second has the exit code.
wait "$process" 2>/dev/null || code=$?
case $code in
  0 | 3) ;;
  75) scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}" ;;
  *) exit "$code" ;;
esac
