#!/usr/bin/env bash
# A SLURM of two nodes of one processor on loopback: prints the line SLURM_CONF=… once it takes jobs, and stops when its standard input ends.
# All that it writes lies in a temporary folder. Root or an ordinary user may start it, beside others of its kind.
# By hand: start it in one terminal, `export` that line in another, and end it with Ctrl-D.
set -euo pipefail

folder=$(mktemp -d "${TMPDIR:-/tmp}/gan-bench-slurm-XXXXXX")
host=$(hostname -s)
user=$(id -un)
PATH=$PATH:/usr/sbin
export SLURM_CONF=$folder/slurm.conf
declare -A daemons=()

# Nothing of it is to be kept, so nothing is asked to end: a daemon would wait for the jobs of its node.
stop() {
  exec 2>/dev/null
  [ ${#daemons[@]} -eq 0 ] || kill -KILL "${daemons[@]}" 2>/dev/null || true
  # Jobs, and who watches over them, outlive the daemons. They know the cluster by its configuration, as others may.
  for process in $(grep --null-data --files-with-matches --line-regexp --fixed-strings "SLURM_CONF=$SLURM_CONF" \
    /proc/[0-9]*/environ 2>/dev/null); do
    process=${process%/environ}
    if [ "$(cat "$process/comm")" = slurmstepd ] || grep --quiet --null-data '^SLURM_JOB_ID=' "$process/environ"; then
      kill -KILL "${process#/proc/}"
    fi 2>/dev/null || true
  done
  wait
  rm -rf "$folder"
}
trap stop EXIT
trap 'exit 1' INT TERM HUP

# Three ports that nobody listens at, below those that the system hands out.
free_ports() {
  local port found=0
  for port in $(shuf --input-range=20000-29999 --head-count=50); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && continue
    echo "$port"
    found=$((found + 1))
    [ "$found" -lt 3 ] || return 0
  done
  return 1
}
mapfile -t ports < <(free_ports)

mkdir "$folder/state" "$folder/spool"
cat >"$SLURM_CONF" <<END
ClusterName=local
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=${ports[0]}
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
# A requeued job waits for as long as credentials last before it starts again: two minutes unless they are short-lived.
AuthInfo=socket=$folder/munge.socket,cred_expire=5
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,sched_min_interval=0,batch_sched_delay=0,sched_interval=1
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
ReturnToService=2
KillWait=5
MinJobAge=600
MaxArraySize=4
JobRequeue=1
MailProg=/bin/true
SlurmctldParameters=preempt_send_user_signal
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool/%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/%n.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/%n.log
NodeName=one,two NodeHostname=$host NodeAddr=127.0.0.1 Port=${ports[1]},${ports[2]} CPUs=1 RealMemory=500 State=UNKNOWN
PartitionName=low Nodes=ALL Default=YES PriorityTier=1 MaxTime=INFINITE State=UP GraceTime=30
PartitionName=high Nodes=ALL PriorityTier=10 PreemptMode=off MaxTime=INFINITE State=UP
END

head --bytes=1024 /dev/urandom >"$folder/munge.key"
chmod 400 "$folder/munge.key"

# start <name> <command…>: a daemon in the foreground, as a child of this script.
start() {
  local name=$1
  shift
  "$@" </dev/null >>"$folder/$name.out" 2>&1 &
  daemons[$name]=$!
}

# await <what> <command…>: tries for half a minute, and gives up at once when a daemon has ended.
await() {
  local what=$1
  shift
  for ((turn = 0; turn < 300; turn++)); do
    if "$@" >/dev/null 2>&1; then return 0; fi
    for name in "${!daemons[@]}"; do kill -0 "${daemons[$name]}" 2>/dev/null || break 2; done
    sleep 0.1
  done
  echo "cluster.sh: $what; the daemons said:" >&2
  tail --lines=20 "$folder"/*.out "$folder"/*.log >&2 || true
  exit 1
}
takes_jobs() { [ "$(sinfo --noheader --partition=low --states=idle --format=%D)" = 2 ]; }

start munged munged --foreground --force --key-file="$folder/munge.key" --socket="$folder/munge.socket" \
  --pid-file="$folder/munged.pid" --seed-file="$folder/munged.seed" --log-file="$folder/munged.log"
await 'munged does not answer' munge --no-input --socket="$folder/munge.socket"
start slurmctld slurmctld -D -i
for node in one two; do start $node slurmd -D -N $node; done
await 'the nodes do not come up' takes_jobs

echo "SLURM_CONF=$SLURM_CONF"
cat >/dev/null
