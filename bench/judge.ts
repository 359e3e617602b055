import {
  isMet,
  kayentaSpeed,
  liveSpeed,
  naiveRatio,
  type Speed,
  sequentialSpeed,
  sizes,
  timesFaster,
} from './judge/speed.ts'

/**
 * `npm run bench -- judge`: speed of both judges, one JSON line a figure, then a table beside the original's; ends with 1
 * when a required one is missed. Normal data, seeded, warm, one thread.
 */
const speeds: Speed[] = []
for (const measure of [
  ...sizes.map(size => () => kayentaSpeed(size)),
  () => liveSpeed(20, 400, 10),
  () => sequentialSpeed(20, 60, 10),
]) {
  const speed = measure()
  speeds.push(speed)
  console.log(JSON.stringify({ ...speed, timesFaster: timesFaster(speed), met: isMet(speed) }))
}
const ratios = [naiveRatio(60, 10), naiveRatio(10_000, 3)]
for (const ratio of ratios) console.log(JSON.stringify({ what: 'beside sorting anew', ...ratio }))

const inMilliseconds = (value: number | null) => (value === null ? '–' : `${Number(value.toPrecision(3))} ms`)
const row = (...cells: string[]) =>
  console.log(
    cells
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  )
const widths = [20, 16, 12, 12, 12, 14, 0]
console.log()
row('judge', 'metrics × points', 'a metric', 'fastest', 'original', 'times faster', 'required')
for (const speed of speeds) {
  const faster = timesFaster(speed)
  row(
    speed.what,
    `${speed.metrics} × ${speed.points}`,
    inMilliseconds(speed.median),
    inMilliseconds(speed.best),
    inMilliseconds(speed.original),
    faster === null ? '–' : `${faster.toFixed(0)} ×`,
    speed.required === null ? '–' : `${speed.required} ×${isMet(speed) ? '' : '  MISSED'}`,
  )
}
for (const { points, ratio } of ratios) {
  console.log(`the interval of ${points} points a side: ${ratio.toFixed(0)} × as fast as sorting anew for each step`)
}
process.exitCode = speeds.every(isMet) && ratios.every(({ same }) => same) ? 0 : 1
