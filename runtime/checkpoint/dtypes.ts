/** The element types of safetensors files, and how to read them as float32. */

/** How one number of a type is read; little endian. */
interface ElementType {
  readonly bytes: number;
  /** Whole numbers and truth values, as which no parameter is stored. */
  readonly whole: boolean;
  read(view: DataView, at: number): number;
}

const float = (bytes: number, read: ElementType['read']): ElementType => ({ bytes, whole: false, read });
const whole = (bytes: number, read: ElementType['read']): ElementType => ({ bytes, whole: true, read });

/** A small float: sign, exponent, mantissa. `finite`: the largest exponent is used for numbers too, and only all ones are NaN. */
function small(bits: number, exponentBits: number, mantissaBits: number, finite: boolean): number {
  const sign = bits >>> (exponentBits + mantissaBits) === 0 ? 1 : -1;
  const exponent = (bits >>> mantissaBits) & ((1 << exponentBits) - 1);
  const mantissa = bits & ((1 << mantissaBits) - 1);
  const [largest, bias, unit] = [(1 << exponentBits) - 1, (1 << (exponentBits - 1)) - 1, 2 ** -mantissaBits];
  if (exponent === largest && (!finite || mantissa === (1 << mantissaBits) - 1)) return mantissa === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * mantissa * unit * 2 ** (1 - bias) : sign * (1 + mantissa * unit) * 2 ** (exponent - bias);
}

const types: Readonly<Record<string, ElementType>> = {
  F64: float(8, (view, at) => view.getFloat64(at, true)),
  F32: float(4, (view, at) => view.getFloat32(at, true)),
  F16: float(2, (view, at) => small(view.getUint16(at, true), 5, 10, false)),
  BF16: float(2, (view, at) => small(view.getUint16(at, true), 8, 7, false)),
  F8_E4M3: float(1, (view, at) => small(view.getUint8(at), 4, 3, true)),
  F8_E5M2: float(1, (view, at) => small(view.getUint8(at), 5, 2, false)),
  I64: whole(8, (view, at) => Number(view.getBigInt64(at, true))),
  U64: whole(8, (view, at) => Number(view.getBigUint64(at, true))),
  I32: whole(4, (view, at) => view.getInt32(at, true)),
  U32: whole(4, (view, at) => view.getUint32(at, true)),
  I16: whole(2, (view, at) => view.getInt16(at, true)),
  U16: whole(2, (view, at) => view.getUint16(at, true)),
  I8: whole(1, (view, at) => view.getInt8(at)),
  U8: whole(1, (view, at) => view.getUint8(at)),
  BOOL: whole(1, (view, at) => view.getUint8(at)),
};

/** Undefined for a type that is not supported. */
export function elementType(dtype: string): ElementType | undefined {
  return Object.hasOwn(types, dtype) ? types[dtype] : undefined;
}

/** Whole numbers or truth values? */
export function isWhole(dtype: string): boolean {
  return elementType(dtype)?.whole === true;
}

export const readTypes: readonly string[] = Object.keys(types);

/**
 * `count` numbers from byte `at` on. Floats of more precision are rounded to float32.
 *
 * @returns why not, for whole numbers that float32 does not hold
 */
export function readNumbers({ bytes, whole: exact, read }: ElementType, view: DataView, at: number, count: number): Float32Array | string {
  const data = new Float32Array(count);
  for (let index = 0; index < count; index++) {
    const value = read(view, at + bytes * index);
    data[index] = value;
    // Beyond 2^53 `value` itself was rounded, so it is refused as well.
    if (exact && (data[index] !== value || !Number.isSafeInteger(value)))
      return `its element ${index} is ${value}, a whole number that float32 cannot hold`;
  }
  return data;
}
