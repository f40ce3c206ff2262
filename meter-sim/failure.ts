/** What the operating system, the network and the server say about a failure, in words for people. */

type Words = [pattern: RegExp, words: string][];

const OF_NETWORK: Words = [
  [/connection refused/i, "nothing listens there"],
  [/dns error|failed to lookup|ENOTFOUND|not known/i, "the name does not resolve"],
  [/timed? ?out/i, "it took too long"],
  [/InvalidContentType/i, "it does not speak https; try http://"],
  [/certificate|UnknownIssuer/i, "its certificate is not trusted"],
  [/connection (?:reset|closed)|closed before|incomplete/i, "it hung up"],
  [/unreachable/i, "there is no way to it"],
];

const OF_FILES: [kind: new () => Error, words: string][] = [
  [Deno.errors.NotFound, "there is no such file or folder"],
  [Deno.errors.PermissionDenied, "it is not open to this user"],
  [Deno.errors.IsADirectory, "it is a folder"],
  [Deno.errors.NotADirectory, "a part of its path is a file"],
  [Deno.errors.AlreadyExists, "it is there already, and no folder"],
];

const messageOf = (error: unknown): string => error instanceof Error ? error.message : `${error}`;

/** The runtime says what happened in the cause, below a message that says nothing. */
const deepestOf = (error: unknown): unknown =>
  error instanceof Error && error.cause !== undefined ? deepestOf(error.cause) : error;

export const networkFailure = (error: unknown): string => {
  const message = messageOf(deepestOf(error));
  return OF_NETWORK.find(([pattern]) => pattern.test(message))?.[1] ?? message;
};

export const fileFailure = (error: unknown): string =>
  OF_FILES.find(([kind]) => error instanceof kind)?.[1] ??
    messageOf(error).replace(/ \(os error \d+\).*$/s, "");

/** Nobody is there, or not the one that was meant. */
export class NoAnswerError extends Error {
  constructor(doing: string, address: string, error: unknown) {
    super(`Cannot ${doing}: no answer from ${address}: ${networkFailure(error)}`);
  }
}

/** The server's own words where it has some. */
export const refusalIn = async (response: Response): Promise<string> => {
  const text = await response.text();
  try {
    return JSON.parse(text).detail ?? `status ${response.status}`;
  } catch {
    return `status ${response.status}`;
  }
};
