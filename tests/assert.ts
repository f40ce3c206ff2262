/** `@std/assert` under its usual name: the npm mirror carries the code without its types. */
// @ts-types="./assert.d.ts"
export * from "deno-std/assert";
