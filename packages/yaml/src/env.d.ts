// Host types that are named here: Node, browsers and workers all provide them.
declare class TextDecoder {
  decode(input: Uint8Array): string
}
declare function atob(base64: string): string
