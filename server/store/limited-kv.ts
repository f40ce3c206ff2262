/** A database of which no call stays unanswered: the client of a shared one would wait for ever. */

/** Settles as the call does, or fails when that takes too long. */
export type InTime = <Value>(call: Promise<Value>) => Promise<Value>;

export const limitedKv = (kv: Deno.Kv, inTime: InTime): Deno.Kv => limited(kv, inTime);

/** Limits every promise of the methods of `owner`, and of the atomics and lists that they give. */
function limited<Owner extends object>(owner: Owner, inTime: InTime): Owner {
  const proxy: Owner = new Proxy(owner, {
    get: (_, name) => {
      const member = Reflect.get(owner, name);
      if (typeof member !== "function") return member;
      // A watch is silent for as long as nothing changes.
      if (name === "watch") return member.bind(owner);
      return (...args: unknown[]) => {
        const result = member.apply(owner, args);
        if (result === owner) return proxy;
        if (result instanceof Promise) return inTime(result);
        return result instanceof Object ? limited(result, inTime) : result;
      };
    },
  });
  return proxy;
}
