/** Who may import whom (docs/decisions/0001-layout.md); `npm run lint` fails otherwise. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '^(pipeline|workflows|activities|store|api|ui|setup|test|bench)/', pathNot: allowed },
})
const testOnly = '\\.test\\.tsx?$|/contract\\.ts$'

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    only('pipeline-is-the-kernel', '^pipeline/', '^pipeline/', 'pipeline is pure and knows nobody'),
    only('store-knows-pipeline', '^store/(?!.*\\.test\\.ts$)', '^(store|pipeline)/', 'store imports pipeline only'),
    only(
      'activities-know-store-and-pipeline',
      '^activities/(?!.*\\.test\\.ts$)',
      '^(activities|store|pipeline|workflows)/',
      'activities import store and pipeline',
    ),
    {
      name: 'activities-know-workflow-messages-only',
      severity: 'error',
      from: { path: '^activities/', pathNot: testOnly },
      to: { path: '^workflows/', pathNot: '^workflows/(messages|bundle)\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'workflows-are-deterministic',
      severity: 'error',
      comment: 'activities by `import type` only; pipeline/schema never at run time',
      from: { path: '^workflows/', pathNot: `${testOnly}|^workflows/bundle\\.ts$` },
      to: { path: '^(activities|store|api|ui|pipeline/schema)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'workflows-do-no-io',
      severity: 'error',
      from: { path: '^workflows/', pathNot: `${testOnly}|^workflows/bundle\\.ts$` },
      to: { dependencyTypes: ['core'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'api-talks-to-workflows-by-messages',
      severity: 'error',
      from: { path: '^api/(?!main/)', pathNot: testOnly },
      to: { path: '^workflows/', pathNot: '^workflows/messages\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    only(
      'ui-and-client-know-the-contract',
      '^(ui|api/client|api/contract)/(?!.*\\.test\\.tsx?$)',
      '^(ui|api/client|api/contract|pipeline)/',
      'ui and client see contract and pipeline only',
    ),
    {
      name: 'zod-under-schema-only',
      severity: 'error',
      from: { path: '^(pipeline/(?!schema/)|workflows/)', pathNot: testOnly },
      to: { path: 'node_modules/zod', dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.cache)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'] },
    parser: 'swc',
  },
}
