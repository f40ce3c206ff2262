/** What the live feed needs of a connection, with a WebSocket or a test behind it. */

export interface Connection {
  /** May throw where the connection is already over. */
  send(text: string): void;
  /** What was sent and has not left yet. */
  readonly bufferedBytes: number;
  close(code: number, reason: string): void;
}

/** The codes of RFC 6455 that the server closes with. */
export const GOING_AWAY = 1001;
export const NOT_ALLOWED = 1008;
export const TRY_AGAIN_LATER = 1013;

/** A peer that reads nothing holds what is buffered until it is gone, as its `close` event says. */
export const connectionOf = (socket: WebSocket): Connection => ({
  send: (text) => socket.send(text),
  get bufferedBytes() {
    return socket.bufferedAmount;
  },
  close: (code, reason) => socket.close(code, reason),
});
