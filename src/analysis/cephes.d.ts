// The package has types, but its `exports` do not name them. This is the part that is used.
declare module 'cephes' {
  /** Settled when the functions may be called. */
  export const compiled: Promise<void>;

  /** The regularized incomplete beta function I_x(a, b). */
  export function incbet(a: number, b: number, x: number): number;

  /** The x at which I_x(a, b) = y. */
  export function incbi(a: number, b: number, y: number): number;

  /** The distribution function of the standard normal distribution. */
  export function ndtr(x: number): number;
}
