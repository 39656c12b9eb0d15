import { z } from 'zod';

export const recordedFileSchema = z.strictObject({
  /** Its name in the run's folder. */
  file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** A file that grows with a run, as it was at one moment: its first bytes, and their SHA-256. */
export type RecordedFile = z.infer<typeof recordedFileSchema>;
