// The package declares neither what its build with shared memory returns nor that it is a CommonJS module.
declare module '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js' {
  interface ThreadedModule {
    readonly wasmMemory: WebAssembly.Memory;
    readonly PThread: { terminateAllThreads(): void };
    /** A function of the module; nothing that it returns reads as 0. */
    cwrap(
      name: string,
      returns: 'number' | null,
      takes: readonly 'number'[],
    ): (...values: readonly number[]) => number;
  }

  function createModule(options: {
    /** Where the module's other files are. */
    readonly locateFile: (file: string) => string;
  }): Promise<ThreadedModule>;

  export = createModule;
}
