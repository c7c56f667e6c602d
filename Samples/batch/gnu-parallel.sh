#!/usr/bin/env bash
# Detects objects in the images of a list with one process per core, started by GNU parallel.
#
#   gnu-parallel.sh LIST FOLDER [PROCESSES] [OPTION...]
#
# Run it again after a crash: what is done is not done again. GLIMPSE names the program.
set -euo pipefail
list=$1 folder=$2 count=${3:-$(nproc)}
shift $(($# < 3 ? $# : 3))
export GLIMPSE=${GLIMPSE:-glimpse} LIST=$list FOLDER=$folder COUNT=$count OPTIONS="$*"

# Exit code 3 says that some images failed; each has a row that says why, and another try changes nothing.
shard() {
  # shellcheck disable=SC2086
  "$GLIMPSE" detect "$LIST" --output "$FOLDER" --shard "$1/$COUNT" --threads 1 --quiet $OPTIONS ||
    { code=$?; [ "$code" -eq 3 ] || exit "$code"; }
}
export -f shard

mkdir -p "$folder"
seq 0 $((count - 1)) | SHELL=$(command -v bash) parallel --jobs "$count" --retries 5 shard {}
"$GLIMPSE" verify "$folder"
"$GLIMPSE" merge "$folder" >"$folder/all.jsonl"
