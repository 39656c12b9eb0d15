/**
 * How the threads share a job. A job is one kernel over a number of units that may be done in any order, since no
 * two of them write to the same place: what comes out does not depend on the number of threads.
 *
 * The ticket holds the job's number in its upper half and the units that are still to be claimed in its lower half.
 * Whoever claims one by compare-and-exchange knows that the job cannot end, nor its arguments change, before the
 * unit is done. A thread that wakes too late finds nothing to claim, and nobody waits for it.
 *
 * A thread may not have heard yet that the memory has grown: one that was being started meanwhile is never told. It
 * would trap on what lies beyond the end it knows (memory.fill and memory.copy ask where that is), so a job says how
 * many pages there are, and who knows of fewer grows the memory by none, which looks anew.
 */
export const JOB = {
  ticket: 0,
  completed: 8,
  units: 12,
  kernel: 16,
  pages: 20,
  arguments: 32,
  bytes: 32 + 4 * 32,
};

/** What waits for other threads comes back after that long, so that somebody can ask whether they still live. */
export const WAIT_NANOSECONDS = 1_000_000_000;

export const schedule = `
(func $work (param $job i32)
  (local $ticket i64)
  (loop $claim
    (local.set $ticket (i64.atomic.load (local.get $job)))
    (if (i32.eqz (i32.wrap_i64 (local.get $ticket))) (then (return)))
    (br_if $claim (i64.ne
      (local.get $ticket)
      (i64.atomic.rmw.cmpxchg (local.get $job) (local.get $ticket) (i64.sub (local.get $ticket) (i64.const 1)))))
    (if (i32.lt_u (memory.size) (i32.load offset=${JOB.pages} (local.get $job)))
      (then (drop (memory.grow (i32.const 0)))))
    (call_indirect (type $kernel)
      (i32.add (local.get $job) (i32.const ${JOB.arguments}))
      (i32.sub (i32.wrap_i64 (local.get $ticket)) (i32.const 1))
      (i32.load offset=${JOB.kernel} (local.get $job)))
    (if (i32.eq
          (i32.add (i32.atomic.rmw.add offset=${JOB.completed} (local.get $job) (i32.const 1)) (i32.const 1))
          (i32.load offset=${JOB.units} (local.get $job)))
      (then (drop (memory.atomic.notify offset=${JOB.completed} (local.get $job) (i32.const 1)))))
    (br $claim)))

;; What a further thread does as long as the process lives.
(func $serve (export "serve") (param $job i32)
  (local $ticket i64)
  (loop $forever
    (call $work (local.get $job))
    (local.set $ticket (i64.atomic.load (local.get $job)))
    (if (i32.eqz (i32.wrap_i64 (local.get $ticket)))
      (then (drop (memory.atomic.wait64 (local.get $job) (local.get $ticket) (i64.const -1)))))
    (br $forever)))

;; Shares out a job whose arguments are in place, and works on it until no unit is left to claim.
(func $start (export "start") (param $job i32) (param $kernel i32) (param $units i32)
  (i32.store offset=${JOB.kernel} (local.get $job) (local.get $kernel))
  (i32.store offset=${JOB.units} (local.get $job) (local.get $units))
  (i32.store offset=${JOB.pages} (local.get $job) (memory.size))
  (i32.atomic.store offset=${JOB.completed} (local.get $job) (i32.const 0))
  (i64.atomic.store (local.get $job) (i64.or
    (i64.extend_i32_u (local.get $units))
    (i64.and
      (i64.add (i64.load (local.get $job)) (i64.const 0x100000000))
      (i64.const 0xffffffff00000000))))
  (if (i32.gt_u (local.get $units) (i32.const 1))
    (then (drop (memory.atomic.notify (local.get $job) (i32.const -1)))))
  (call $work (local.get $job)))

;; Waits for the units that other threads have claimed, but not for ever; returns how many units are done by now.
(func $wait (export "wait") (param $job i32) (result i32)
  (local $completed i32)
  (local.set $completed (i32.atomic.load offset=${JOB.completed} (local.get $job)))
  (if (i32.ne (local.get $completed) (i32.load offset=${JOB.units} (local.get $job)))
    (then (drop (memory.atomic.wait32 offset=${JOB.completed}
      (local.get $job) (local.get $completed) (i64.const ${WAIT_NANOSECONDS})))))
  (i32.atomic.load offset=${JOB.completed} (local.get $job)))
`;
