/** Somebody who is faster: does something right before the next atomic of a database is written. */
export function overtaken(kv: Deno.Kv, act: () => Promise<unknown>): void {
  const atomic = kv.atomic.bind(kv);
  const overtakenOnce = () => {
    const operation = atomic();
    const commit = operation.commit.bind(operation);
    const late = async () => {
      Object.assign(kv, { atomic });
      await act();
      return await commit();
    };
    return Object.assign(operation, { commit: late });
  };
  Object.assign(kv, { atomic: overtakenOnce });
}
