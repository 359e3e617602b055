import { z } from 'zod'
import { parameter, parameterName } from './parameter.ts'
import { name, template } from './scalars.ts'
import { worded } from './words.ts'

const value = worded(z.union([template, z.number(), z.boolean()]), 'text, a number or a boolean')

const reference = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}@[1-9][0-9]{0,5}$/, 'a template and its version, such as canary@1')

/** An entry of `stages` that stands for the stages of a template. */
export const templateUse = z
  .strictObject({
    id: name.describe('The stages are called `ID-STAGE`; what needs it needs the last of them.'),
    template: reference.describe('Name and version; the file is in the folder `templates` beside the pipeline.'),
    with: z
      .record(parameterName, value)
      .default({})
      .describe('Values of its parameters: as they are declared, or one `${{ … }}` of the same type.'),
    needs: z.array(name).max(200).optional().describe('Stages that must end well before the first of them.'),
  })
  .describe('The stages of a template, instead of a stage.')

/** A file of the folder `templates`: stages to be used by several pipelines. They are looked at where they are used. */
export const templateFile = z.strictObject({
  template: name.describe('How pipelines call it.'),
  version: z
    .int()
    .min(1)
    .max(999_999)
    .describe('Pipelines name it: `canary@1`. A change that not all should have is a new one.'),
  description: z.string().max(1_000).optional().describe('For people.'),
  parameters: z
    .record(parameterName, parameter)
    .default({})
    .describe('What a use can give it; its texts read nothing else.'),
  stages: z
    .array(z.unknown())
    .min(1)
    .max(50)
    .describe(
      'As in a pipeline, but no templates. `needs` names stages of the template; the first wait for what its use needs.',
    ),
})

export type TemplateUse = z.output<typeof templateUse>
export type TemplateFile = z.output<typeof templateFile>
