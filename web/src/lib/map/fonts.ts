export function fontFaces(): never { return {} as never; }
