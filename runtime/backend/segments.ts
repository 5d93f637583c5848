/** Numbers of any width, read and written in place. */
type Numbers = Float32Array | Int32Array | Uint8Array;

/** @throws Error for a segment id that is not below `segments`; a negative one means: leave the row out */
export function checkSegments(ids: Numbers, segments: number): void {
  const wrong = ids.find((id) => id >= segments);
  if (wrong !== undefined) throw new Error(`UnsortedSegmentSum: the segment ${wrong} is not below ${segments}`);
}

/** Adds row i of `rows` to row `ids[i]` of `sums`; `length` is the length of a row. */
export function addSegments(rows: Numbers, ids: Numbers, sums: Numbers, length: number): void {
  for (let i = 0; i < ids.length; i++) {
    if (ids[i]! < 0) continue;
    const [to, from] = [ids[i]! * length, i * length];
    for (let k = 0; k < length; k++) sums[to + k]! += rows[from + k]!;
  }
}
