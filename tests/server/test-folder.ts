/** A private folder that is gone with everything in it when the test leaves its block. */

export class TestFolder implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "contaluz-test-" });

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}
