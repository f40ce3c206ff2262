/** Lines to copy into a shell. */

/** Within quotes that hide everything from the shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

export interface Question {
  /** Of the server: `http://127.0.0.1:8000`. */
  address: string;
  /** As it stands in double quotes. */
  operatorKey: string;
  /** Below the API, with the query. */
  path: string;
}

export const curlLine = ({ address, operatorKey, path }: Question): string =>
  `curl -s -H "authorization: Bearer ${operatorKey}" "${address}/api/v1${path}"`;
