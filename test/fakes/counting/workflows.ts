import { condition, defineQuery, defineSignal, setHandler, sleep } from '@temporalio/workflow'

/** Starts a timer in each step in which it was told something: its commands show how its events were put into steps. */
export async function counting(): Promise<number> {
  let [told, seen, ended] = [0, 0, false]
  setHandler(defineSignal('tell'), () => {
    told += 1
  })
  setHandler(defineSignal('end'), () => {
    ended = true
  })
  setHandler(defineQuery<number>('told'), () => told)
  while (!ended) {
    await condition(() => told > seen || ended)
    seen = told
    sleep('1 day').catch(() => {})
  }
  return told
}
