import { describe, expect, it } from 'vitest'
import { createSteering } from './steering.ts'

const ann = { by: 'ann' }

describe('steering', () => {
  it('cancels what runs, once, with the first reason', () => {
    const steering = createSteering()
    let canceled = 0
    steering.onHalt(() => {
      canceled += 1
    })
    steering.cancel({ by: 'ann', reason: 'wrong one' })
    steering.cancel({ by: 'bob' })
    expect(steering.halted).toBe('canceled by ann: wrong one')
    expect(steering.asked).toBe('cancel')
    expect(canceled).toBe(1)
  })

  it('lets a rollback follow a cancel, but not a cancel a failure', () => {
    const steering = createSteering()
    steering.cancel(ann)
    steering.rollback({ by: 'bob' })
    expect(steering.asked).toBe('rollback')
    const failed = createSteering()
    failed.halt('stage a failed')
    failed.cancel(ann)
    expect(failed.asked).toBeNull()
    expect(failed.halted).toBe('stage a failed')
  })

  it('refuses to promote when no canary runs, and says where each one is', () => {
    const steering = createSteering()
    expect(() => steering.checkPromote(ann)).toThrow('there is nothing to promote: no canary runs')
    steering.stage('eu').notPromotable = 'is still starting'
    expect(() => steering.checkPromote(ann)).toThrow('there is nothing to promote: eu is still starting')
  })

  it('promotes a canary once', () => {
    const steering = createSteering()
    const eu = steering.stage('eu')
    eu.notPromotable = null
    steering.promote(ann)
    expect(eu.promote).toEqual(ann)
    expect(() => steering.checkPromote(ann)).toThrow('eu is being promoted already')
  })

  it('wants to know which one when several run', () => {
    const steering = createSteering()
    const [eu, us] = [steering.stage('eu'), steering.stage('us')]
    eu.notPromotable = null
    us.notPromotable = null
    expect(() => steering.checkPromote(ann)).toThrow('several canaries run (eu, us): name the stage')
    steering.promote({ ...ann, stage: 'us' })
    expect(eu.promote).toBeNull()
    expect(us.promote).not.toBeNull()
    expect(() => steering.checkPromote(ann)).not.toThrow()
  })

  it('forgets stages that have ended', () => {
    const steering = createSteering()
    steering.stage('eu').notPromotable = null
    steering.ended('eu')
    expect(() => steering.checkPromote(ann)).toThrow('no canary runs')
  })
})
