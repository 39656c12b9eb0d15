import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTree, merge, nest } from '../../src/config/merge.js';

/** JSON Merge Patch in the words of RFC 7396, section 2. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isTree(patch)) return patch;
  const result = new Map(Object.entries(isTree(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else result.set(name, mergePatch(result.get(name), value));
  }
  return Object.fromEntries(result);
}

const json = fc.jsonValue({ maxDepth: 4 });

describe('merge', () => {
  // The examples of RFC 7396, appendix A.
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j laid over it is %j', (target, patch, result) => {
    expect(merge(target, patch)).toStrictEqual(result);
  });

  it('is JSON Merge Patch, and changes neither side', () => {
    fc.assert(
      fc.property(json, json, (target, patch) => {
        const before = JSON.stringify([target, patch]);
        expect(merge(target, patch)).toStrictEqual(mergePatch(target, patch));
        expect(JSON.stringify([target, patch])).toBe(before);
      }),
    );
  });

  it('laid over twice changes nothing more', () => {
    fc.assert(
      fc.property(json, json, (target, patch) => {
        const once = merge(target, patch);
        expect(merge(once, patch)).toStrictEqual(once);
      }),
    );
  });

  it('is associative where nothing is taken away and all agree on which keys hold objects', () => {
    const leaves = fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.oneof(fc.nat(), fc.array(fc.nat())));
    const tree = fc.record(
      { a: leaves, b: fc.record({ c: leaves }, { requiredKeys: [] }) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(tree, tree, tree, (a, b, c) => {
        expect(merge(merge(a, b), c)).toStrictEqual(merge(a, merge(b, c)));
      }),
    );
  });

  it('keeps of schedule.decay the kind that is named last', () => {
    const step = { schedule: { decay: { step: { every: 3 } } } };
    const cosine = { schedule: { decay: { cosine: {} } } };
    expect(merge(step, cosine)).toStrictEqual(cosine);
    expect(merge({ decay: step }, { decay: cosine })).toStrictEqual({
      decay: { schedule: { decay: { step: { every: 3 }, cosine: {} } } },
    });
  });

  it('makes even __proto__ a key like any other', () => {
    const patch: unknown = JSON.parse(
      '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}',
    );
    for (const merged of [merge({}, patch), merge(patch, {}), nest(['__proto__', 'polluted'], 1)]) {
      expect(Object.getOwnPropertyNames(merged)).toContain('__proto__');
      expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
    }
    expect({}).not.toHaveProperty('polluted');
  });
});
