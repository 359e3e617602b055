// Keeps zod from compiling its schemas with `new Function`, which the content security policy refuses and reports. It
// decides when a schema is made, and those of the contract are made on import: so this runs before every module.
globalThis.__zod_globalConfig = { jitless: true }
