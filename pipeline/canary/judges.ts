import type { Evidence, JudgeConfig, Judgment } from './judge.ts'
import { judgeMannWhitney } from './mann-whitney/judge.ts'
import { judgeSequential } from './sequential/sequential.ts'

/** Every judge, by the type that a configuration names. To add one: one file and one line here. */
export const judges = {
  sequential: judgeSequential,
  'mann-whitney': judgeMannWhitney,
} satisfies {
  [Type in JudgeConfig['type']]: (config: Extract<JudgeConfig, { type: Type }>, evidence: Evidence) => Judgment
}

/** Judges the evidence as the configuration says. Pure: the same answer wherever it runs. */
export function judge(config: JudgeConfig, evidence: Evidence): Judgment {
  // A switch, because the compiler cannot tie an entry of the table to the member of the union it is for.
  switch (config.type) {
    case 'sequential':
      return judges.sequential(config, evidence)
    case 'mann-whitney':
      return judges['mann-whitney'](config, evidence)
  }
}
