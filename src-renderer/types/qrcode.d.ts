/** The part of `qrcode` that Kith uses; the package carries no types of its own. */
declare module 'qrcode' {
  export interface QrSegment {
    readonly data: Uint8ClampedArray | Uint8Array;
    readonly mode: 'byte';
  }
  export interface QrSymbol {
    readonly modules: {
      /** Modules along one side. */
      readonly size: number;
      /** 1 for a dark module, 0 for a light one. Throws outside the symbol. */
      get(row: number, column: number): number;
    };
  }
  export function create(
    content: string | readonly QrSegment[],
    options?: { readonly errorCorrectionLevel?: 'L' | 'M' | 'Q' | 'H' },
  ): QrSymbol;
}
