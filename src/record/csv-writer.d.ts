// csv-writer publishes its TypeScript sources as its types, and those do not compile under this project's settings.
// Importing its built file by path, with the part that is used declared here, keeps them out of the compilation.
declare module 'csv-writer/dist/index.js' {
  type Row = readonly (string | number | undefined)[];

  /** Appends records to a file; `writeRecords` hands all of them to one call of fs.writeFile. */
  export function createArrayCsvWriter(options: { path: string; append: true }): {
    writeRecords(records: readonly Row[]): Promise<void>;
  };

  export function createArrayCsvStringifier(options: { header: readonly string[] }): {
    getHeaderString(): string | null;
    stringifyRecords(records: readonly Row[]): string;
  };
}
