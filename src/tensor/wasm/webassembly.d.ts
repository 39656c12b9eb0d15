// Node has WebAssembly, but its types are only part of TypeScript's library for browsers. This is what is used here.
declare namespace WebAssembly {
  /** Compiled code; may be handed to a worker. */
  interface Module {
    readonly [Symbol.toStringTag]: 'WebAssembly.Module';
  }

  /** Linear memory; a shared one may be handed to a worker. */
  interface Memory {
    readonly buffer: SharedArrayBuffer;
  }

  class Instance {
    constructor(module: Module, imports: { readonly env: { readonly memory: Memory } });
    readonly exports: Readonly<Record<string, unknown>>;
  }

  function compile(bytes: Uint8Array): Promise<Module>;
}
