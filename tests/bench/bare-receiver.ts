/** What there is to gain at most: a loop that receives datagrams and does nothing with them. */
const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
let received = 0;
const counter = Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: () => {},
}, () => new Response(String(received)));
Deno.addSignalListener("SIGTERM", () => Deno.exit(0));
const http = `http://127.0.0.1:${counter.addr.port}`;
console.log(JSON.stringify({ ready: true, http, udp: (socket.addr as Deno.NetAddr).port }));
const buffer = new Uint8Array(2048);
for (;;) {
  await socket.receive(buffer);
  received++;
}
