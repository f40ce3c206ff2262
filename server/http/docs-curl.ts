/** How an operation is called from a terminal. */
import type { DescribedOperation } from "./openapi-types.ts";

export function curlOf(method: string, path: string, described: DescribedOperation): string {
  const { parameters, requestBody, security } = described;
  const query = parameters.filter((parameter) => parameter.in === "query" && parameter.required)
    .map(({ name, example }) => `${name}=${encodeURIComponent(String(example))}`).join("&");
  const filled = path.replace(
    /\{(\w+)\}/g,
    (whole, name) =>
      String(parameters.find((parameter) => parameter.name === name)?.example ?? whole),
  );
  const asked = method === "get" ? "curl" : `curl -X ${method.toUpperCase()}`;
  return [
    `${asked} "$server${filled}${query && `?${query}`}"`,
    ...security.some((one) => "key" in one) ? ['-H "authorization: Bearer $key"'] : [],
    ...security.every((one) => "session" in one) ? ["-b cookies"] : [],
    ...bodyLines(requestBody),
  ].join(" \\\n  ");
}

function bodyLines(body: DescribedOperation["requestBody"]): string[] {
  const [[media, { example }] = ["", {}]] = Object.entries(body?.content ?? {});
  if (media === "") return [];
  if (example === undefined) return [`-H "content-type: ${media}" --data-binary @file`];
  const text = JSON.stringify(example, null, 1).replace(/\n\s*/g, " ");
  return [`-d '${text.replaceAll("'", "'\\''")}'`];
}
