// Host types that are named here: Node, browsers and workers all provide them.
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(input: Uint8Array): string
}
declare class TextEncoder {
  encode(input: string): Uint8Array
}
declare const performance: { now(): number }
declare function btoa(binary: string): string
declare function atob(base64: string): string
