/** Reads the signatures of a `saved_model.pb`, as far as the tests look at them. */

type Message = ReadonlyMap<number, readonly (bigint | Uint8Array)[]>;

function message(bytes: Uint8Array): Message {
  const fields = new Map<number, (bigint | Uint8Array)[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asIntN(64, value);
    }
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const kind = key & 7;
    const length = kind === 0 ? 0 : kind === 5 ? 4 : Number(varint());
    const value = kind === 0 ? varint() : bytes.subarray(at, (at += length));
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), value]);
  }
  return fields;
}

const messages = (of: Message, field: number): Message[] => (of.get(field) ?? []).map((each) => message(each as Uint8Array));
const text = (of: Message, field: number): string => new TextDecoder().decode(of.get(field)?.[0] as Uint8Array | undefined);
const number = (of: Message, field: number): number => Number(of.get(field)?.[0] ?? 0);

export interface TensorInfo {
  /** The node's output. */
  readonly at: string;
  readonly dtype: string;
  /** `source = -1`: what each axis is called, and its size. */
  readonly axes: readonly string[];
}

export interface SignatureInfo {
  readonly method: string;
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly outputs: Readonly<Record<string, TensorInfo>>;
}

const DTYPES: Readonly<Record<number, string>> = { 1: 'float32', 3: 'int32', 10: 'bool' };

export function signaturesIn(bytes: Uint8Array): Readonly<Record<string, SignatureInfo>> {
  const [graph] = messages(message(bytes), 2);
  const tensors = (of: Message, field: number): Readonly<Record<string, TensorInfo>> =>
    Object.fromEntries(
      messages(of, field).map((entry) => {
        const [info] = messages(entry, 2) as [Message];
        const axes = messages(info, 3).flatMap((shape) => messages(shape, 2).map((dim) => `${text(dim, 2)} = ${number(dim, 1)}`));
        return [text(entry, 1), { at: text(info, 1), dtype: DTYPES[number(info, 2)]!, axes }];
      }),
    );
  return Object.fromEntries(
    messages(graph!, 5).map((entry) => {
      const [signature] = messages(entry, 2) as [Message];
      return [text(entry, 1), { method: text(signature, 3), inputs: tensors(signature, 1), outputs: tensors(signature, 2) }];
    }),
  );
}
