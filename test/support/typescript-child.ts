/** Arguments for node that let it run the sources as they are. */
export const typescriptArguments: readonly string[] = [
  '--import',
  `data:text/javascript,import{register}from"node:module";register("${new URL('typescript-hooks.js', import.meta.url).href}")`,
];
