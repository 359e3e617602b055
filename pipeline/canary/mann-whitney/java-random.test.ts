import { describe, expect, it } from 'vitest'
import { javaRandom } from './java-random.ts'

// jshell: for (long s : seeds) { var r = new java.util.Random(s); print(r.nextGaussian()); …three times }
const known = [
  { seed: 0, draws: [0.8025330637390305, -0.9015460884175122, 2.080920790428163] },
  { seed: 42, draws: [1.1419053154730547, 0.9194079489827879, -0.9498666368908959] },
  { seed: -1, draws: [1.7853314409882288, -0.9204169061847902, 0.4869392448030407] },
  { seed: 2147483647, draws: [0.359260041269587, 1.0431295999034111, -0.3672350450538816] },
  { seed: -2147483648, draws: [-1.6975277053352962, -1.3546320404417758, 0.004074005460247332] },
]

describe('javaRandom', () => {
  it.each(known)('draws what java.util.Random draws from seed $seed', ({ seed, draws }) => {
    const random = javaRandom(seed)
    expect(draws.map(() => random.nextGaussian())).toEqual(draws)
  })

  it('is still in step after 100,000 draws', () => {
    const random = javaRandom(7)
    for (let i = 1; i < 100_000; i++) random.nextGaussian()
    expect(random.nextGaussian()).toBe(0.42019837269474625)
  })
})
