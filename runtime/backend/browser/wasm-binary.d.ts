/** The binary of wasm with SIMD, gzip in base64. */
export declare const packed: string;
