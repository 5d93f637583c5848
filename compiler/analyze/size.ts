/** Symbolic sizes. Contract; see the functions below. */
export interface Size { readonly key: string }
