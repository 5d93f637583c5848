import * as tf from '../tf.ts';
import { elementCount } from '../values.ts';

/**
 * Positions per block. If larger, a step copies more of what it already has; if smaller, joining has more blocks to concatenate.
 * 64 was the fastest or close to it on wasm and native TensorFlow, for caches of 4 heads of 64 numbers and up to 512 positions.
 */
const BLOCK_POSITIONS = 64;

/** Blocks per window: at most one block beyond the window is kept. */
const BLOCKS_OF_WINDOW = 8;

/**
 * The key/value cache: what steps keep of each position so far, such as an attention's keys or values, along one axis. It is
 * divided into blocks of which only the newest grows: the next cache has a longer copy of that one and shares the others. (tfjs
 * cannot write into a tensor.) A cache is immutable; whoever runs the steps disposes of the blocks that the next cache does not
 * share.
 */
export class Cache {
  /** In order; each has the axis, with at least one position. */
  readonly blocks: readonly tf.Tensor[];
  /** The first position that is still kept. */
  readonly first: number;
  /** The number of positions appended, including those no longer kept. */
  readonly places: number;

  constructor(blocks: readonly tf.Tensor[], first: number, places: number) {
    this.blocks = blocks;
    this.first = first;
    this.places = places;
  }
}

/** The cache before the first position. */
export function emptyCache(): Cache {
  return new Cache([], 0, 0);
}

/**
 * The cache with one more position.
 *
 * @param row the row of the position, without the axis, which is inserted at index `axis`
 * @param keep only this many of the last positions are needed; blocks without any of them are dropped
 */
export function appendToCache(rows: Cache, row: tf.Tensor, axis: number, keep = Infinity): Cache {
  const capacity = Math.min(BLOCK_POSITIONS, Math.max(1, Math.floor(keep / BLOCKS_OF_WINDOW)));
  const newest = rows.blocks[rows.blocks.length - 1];
  const place = tf.expandDims(row, axis);
  let blocks: readonly tf.Tensor[];
  if (newest === undefined || newest.shape[axis]! >= capacity) {
    blocks = [...rows.blocks, place];
  } else {
    blocks = [...rows.blocks.slice(0, -1), tf.concat([newest, place], axis)];
    place.dispose();
  }
  const places = rows.places + 1;
  let { first } = rows;
  let dropped = 0;
  while (first + blocks[dropped]!.shape[axis]! <= places - keep) first += blocks[dropped++]!.shape[axis]!;
  return new Cache(dropped === 0 ? blocks : blocks.slice(dropped), first, places);
}

/** All cached positions, in order. */
export function cached(rows: Cache, axis: number): tf.Tensor {
  const [only, ...others] = requireSome(rows);
  return others.length === 0 ? tf.clone(only) : tf.concat([only, ...others], axis);
}

/** One position, counted from the very first, without the axis; the nearest cached one if it is not in the cache. */
export function cachedAt(rows: Cache, axis: number, place: number): tf.Tensor {
  const blocks = requireSome(rows);
  let within = Math.min(Math.max(place, rows.first), rows.places - 1) - rows.first;
  let at = 0;
  while (within >= blocks[at]!.shape[axis]!) within -= blocks[at++]!.shape[axis]!;
  const { shape } = blocks[at]!;
  const [outer, inner] = [shape.slice(0, axis), shape.slice(axis + 1)];
  // With three axes: kernels for slices of more are missing or slow.
  return tf.tidy(() => {
    const flat = tf.reshape(blocks[at]!, [elementCount(outer), shape[axis]!, elementCount(inner)]);
    return tf.reshape(tf.slice(flat, [0, within, 0], [-1, 1, -1]), [...outer, ...inner]);
  });
}

function requireSome({ blocks }: Cache): readonly [tf.Tensor, ...tf.Tensor[]] {
  const [first, ...others] = blocks;
  if (first === undefined) throw new RangeError('there is no position yet: append one before reading');
  return [first, ...others];
}
