#!/usr/bin/env bash
# Starts a Slurm of one node on this machine, to try slurm-array.sh: munge, slurmctld and slurmd, with
# their files in a folder. For tests, as root; Debian's packages slurm-wlm and munge.
#
#   slurm-one-node.sh FOLDER        # then: export SLURM_CONF=FOLDER/slurm.conf
set -euo pipefail
folder=$(realpath "$1")
mkdir -p "$folder/state" "$folder/spool" /run/munge
[ -s /etc/munge/munge.key ] || mungekey --create
chown -R munge:munge /run/munge /etc/munge
pgrep -x munged >/dev/null || setpriv --reuid=munge --regid=munge --clear-groups munged
host=$(hostname -s)
cat >"$folder/slurm.conf" <<EOF
ClusterName=one
SlurmctldHost=$host
AuthType=auth/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
ReturnToService=2
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
KillWait=5
NodeName=$host CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES State=UP
EOF
export SLURM_CONF=$folder/slurm.conf
slurmctld -c
slurmd -c
for _ in $(seq 50); do
  if sinfo -h -o %T 2>/dev/null | grep -q idle; then exit 0; fi
  sleep 0.2
done
echo "error: the node did not become idle; see $folder/slurmctld.log and $folder/slurmd.log" >&2
exit 1
