import { z } from 'zod';

import { METHOD_NAME, PLUGIN_NAME } from '../config/methods.js';

/** What is said of an object of options that is none of ours: zod's objects of two versions do not know each other. */
const OPTIONS = 'a z.strictObject({ … } of the z that gan-bench exports)';

const name = (pattern: RegExp, allowed: string) => z.string().regex(pattern, { error: allowed });
const methodName = name(METHOD_NAME, 'a name of letters, digits, "-" and "_", a letter first');
const options = z.instanceof(z.ZodObject, { error: OPTIONS });
const create = z.custom<(...given: never) => unknown>((value) => typeof value === 'function', {
  error: 'a function',
});

const reports = z.array(
  z.strictObject({
    name: name(/^[a-z][a-z0-9_]*$/, 'a column in snake_case, such as sign_agreement'),
    unit: z.string(),
    meaning: z.string().min(1),
    ofEpoch: z.enum(['mean', 'last']),
  }),
);

const reporting = z.record(methodName, z.strictObject({ options, reports, create })).optional();
const silent = z.record(methodName, z.strictObject({ options, create })).optional();

/** The form of a plug-in as it is written, beside what the types say: whoever writes JavaScript has no types. */
export function pluginSchema(apiVersion: number) {
  return z.strictObject({
    meta: z.strictObject({
      name: name(PLUGIN_NAME, 'lower-case letters, digits and "-", a letter first, such as mine'),
      version: z.string().min(1),
      apiVersion: z.literal(apiVersion, {
        error: `${apiVersion}, which is what this version of gan-bench works with`,
      }),
    }),
    transforms: reporting,
    optimizers: reporting,
    models: silent,
    schedules: silent,
  });
}
