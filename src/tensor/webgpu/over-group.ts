/** Sums and maxima over a group, the same in each of its invocations. */
export const OVER_GROUP = `
  var<workgroup> sums : array<f32, WORKGROUP>;
  var<workgroup> maxima : array<u32, WORKGROUP>;

  fn sumOf(local : u32, value : f32) -> f32 {
    workgroupBarrier();
    sums[local] = value;
    for (var reach = WORKGROUP / 2u; reach > 0u; reach /= 2u) {
      workgroupBarrier();
      if (local < reach) { sums[local] += sums[local + reach]; }
    }
    workgroupBarrier();
    return sums[0];
  }

  fn largestOf(local : u32, value : u32) -> u32 {
    workgroupBarrier();
    maxima[local] = value;
    for (var reach = WORKGROUP / 2u; reach > 0u; reach /= 2u) {
      workgroupBarrier();
      if (local < reach) { maxima[local] = max(maxima[local], maxima[local + reach]); }
    }
    workgroupBarrier();
    return maxima[0];
  }`;

/** Numbers as whole numbers, so that the largest can be found of any sign. */
export const ORDERED = `
  // Whole numbers in the order of the numbers that have their bits, NaN beyond infinity.
  fn ordered(x : f32) -> u32 {
    let bits = bitcast<u32>(x);
    return select(bits | 0x80000000u, ~bits, bits >= 0x80000000u);
  }

  fn unordered(bits : u32) -> f32 {
    return bitcast<f32>(select(~bits, bits & 0x7fffffffu, bits >= 0x80000000u));
  }`;
