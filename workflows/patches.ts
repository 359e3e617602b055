/**
 * Changes of recorded behaviour, oldest first, by the id that `patched()` is asked with. A run that began before such a
 * change goes on as it was; an id is deleted when no such run can exist any more (docs/upgrading.md).
 */
export const patches = {
  /** A release is looked up in quarantine before its stage acts, which is an activity more where nothing has to be resolved. */
  quarantine: 'quarantine',
  /** A cluster grows with what was added to the stable one since the run began: an activity more where something was. */
  room: 'room',
  /** Subscribers to `waiting` are told again when a judgment reminds: an activity more for each reminder. */
  reminders: 'reminders',
  /** A step that is over long before its lease is renews nothing: an activity less, and no wait until it has let go. */
  shortStep: 'short-step',
  /** An old version that was not kept warm is not removed: an activity less. */
  nothingWarm: 'nothing-warm',
  /** What a stage has read of its service when it got the lock is not read again: an activity less. */
  readOnce: 'read-once',
  /** Steps of a deployment that last no time share one rollout of pods: an activity less for each. */
  roomAtOnce: 'room-at-once',
  /**
   * Making room and changing traffic is one activity, asking for a lock answers with it and with what is there, and a few
   * looks need no workflow of their own.
   */
  fewerTasks: 'fewer-tasks',
  /** The end of a run is recorded once, not by a record that lingers as well: an activity less. */
  oneLastRecord: 'one-last-record',
  /** All of the above under one id: each id costs a run two events and Temporal a change of what it is found by. */
  before2027: 'before-2027',
  /**
   * Events go along with activities that act and are recorded by themselves only when nothing acts; steps that last no time
   * are one activity, and so is removing what is left. It stands for all of the above, too.
   */
  lessAsked: 'less-asked',
  /**
   * A promotion that is quick is one activity, with the removal of what is left, and the last record of a run lets its locks
   * go: two activities and a word to each lock less. It stands for all of the above, too.
   */
  atOnce: 'at-once',
  /** A version that is replaced on health checks alone is one activity with its traffic, and so is taking it back. It stands for all of the above, too. */
  inOneGo: 'in-one-go',
} as const

export type Patch = (typeof patches)[keyof typeof patches]
