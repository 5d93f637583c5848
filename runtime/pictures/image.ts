/** Pictures made of pixels, as data that an SVG holds. */

export interface PixelImage {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue, row by row, each from 0 to 1: [3, height, width]. */
  readonly planes: ArrayLike<number>;
}

/**
 * A PNG (W3C Portable Network Graphics, third edition) as a data URI: 8 bits for each of red, green and blue, in stored
 * blocks, so that nothing but this file is needed.
 */
export function pngUri({ width, height, planes }: PixelImage): string {
  const line = 1 + 3 * width;
  const rows = new Uint8Array(height * line);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++)
        rows[y * line + 1 + 3 * x + c] = Math.round(255 * Math.min(1, Math.max(0, planes[(c * height + y) * width + x]!)));
    }
  }
  const header = [...word(width), ...word(height), 8, 2, 0, 0, 0];
  return `data:image/png;base64,${base64([137, 80, 78, 71, 13, 10, 26, 10, ...chunk('IHDR', header), ...chunk('IDAT', stored(rows)), ...chunk('IEND', [])])}`;
}

/** Big-endian. */
function word(value: number): number[] {
  return [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

function chunk(name: string, data: readonly number[]): number[] {
  const named = [...Array.from(name, (letter) => letter.charCodeAt(0)), ...data];
  return [...word(data.length), ...named, ...word(checksum(named))];
}

/** CRC-32. */
function checksum(bytes: readonly number[]): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** A zlib stream (RFC 1950) of blocks that are not compressed (RFC 1951, section 3.2.4). */
function stored(bytes: Uint8Array): number[] {
  const most = 65535;
  const result = [0x78, 0x01];
  for (let at = 0; at < bytes.length; at += most) {
    const block = bytes.subarray(at, at + most);
    const size = block.length;
    result.push(at + most >= bytes.length ? 1 : 0, size & 255, size >>> 8, ~size & 255, (~size >>> 8) & 255);
    for (const byte of block) result.push(byte);
  }
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  result.push(...word(((b << 16) | a) >>> 0));
  return result;
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function base64(bytes: readonly number[]): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const three = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    for (let k = 0; k < 4; k++) text += at + k > bytes.length ? '=' : letters[(three >>> (18 - 6 * k)) & 63]!;
  }
  return text;
}
