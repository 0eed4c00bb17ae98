/** A value that JSON has. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** An object that JSON has. */
export type JsonObject = { [name: string]: Json };

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `value` as an object; an empty one when it is something else. */
export function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** `text` cut to so many bytes of UTF-8, its end kept when `keepsTail`. */
export function cut(text: string, bytesMax: number, keepsTail = false): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= bytesMax) return text;
  const part = keepsTail ? bytes.subarray(bytes.length - bytesMax) : bytes.subarray(0, bytesMax);
  // A character cut in two is none.
  return part.toString().replace(/^\uFFFD+|\uFFFD+$/g, "");
}
