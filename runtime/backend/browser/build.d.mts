/** Kernels that a bundle for browsers has, by the names of tfjs-core. */
export declare const KERNELS: readonly string[];
