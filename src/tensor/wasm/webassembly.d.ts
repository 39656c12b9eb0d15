// Node has WebAssembly, but its types are only part of TypeScript's library for browsers. This is what is used here.
declare namespace WebAssembly {
  /** Compiled code; may be handed to a worker. */
  interface Module {
    readonly [Symbol.toStringTag]: 'WebAssembly.Module';
  }

  /** Linear memory; a shared one may be handed to a worker. */
  class Memory {
    /** Sizes in pages of 64 KiB. */
    constructor(sizes: { readonly initial: number; readonly maximum: number; readonly shared: true });
    readonly buffer: SharedArrayBuffer;
    /** Returns the number of pages before. */
    grow(pages: number): number;
  }

  class Instance {
    constructor(module: Module, imports: { readonly env: { readonly memory: Memory } });
    readonly exports: Readonly<Record<string, unknown>>;
  }

  function compile(bytes: Uint8Array): Promise<Module>;
}
