/** The ways out of the chip: joining the Wi-Fi again and again, the socket, the server's address. */
import { assert, assertEquals } from "@std/assert";
import { createUplink } from "../../meter-firmware/uplink.ts";
import { createWifiKeeper } from "../../meter-firmware/wifi.ts";

const SERVER = { host: "meters.example", httpPort: 8000, udpPort: 8001 };

interface Line {
  uptime: number;
  isUp: boolean;
  address: string | undefined;
  lookUps: number;
  sockets: { isOpen: boolean; sent: string[] }[];
  posts: string[];
  printed: string[];
  joins: number[];
}

const newLine = (): Line => ({
  uptime: 0,
  isUp: true,
  address: "192.0.2.1",
  lookUps: 0,
  sockets: [],
  posts: [],
  printed: [],
  joins: [],
});

const hardwareOn = (line: Line) => ({
  uptime: () => line.uptime,
  random: () => 0,
  networkIsUp: () => line.isUp,
  joinNetwork: () => void line.joins.push(line.uptime),
  resolve: (_host: string, found: (address: string | undefined) => void) => {
    line.lookUps++;
    found(line.address);
  },
  openUdp: () => {
    const socket = { isOpen: true, sent: [] as string[] };
    line.sockets.push(socket);
    return {
      send: (bytes: Uint8Array, port: number, address: string) =>
        void socket.sent.push(`${address}:${port} ${bytes.length}`),
      close: () => {
        socket.isOpen = false;
      },
    };
  },
  postHttp: (post: { address: string; port: number; host: string }) =>
    void line.posts.push(`${post.address}:${post.port} ${post.host}`),
  print: (text: string) => void line.printed.push(text),
});

Deno.test("createUplink() looks the server up once and keeps one socket", () => {
  const line = newLine();
  const uplink = createUplink(hardwareOn(line), SERVER, () => {});
  for (let second = 0; second < 100; second++) {
    line.uptime = 1000 * second;
    uplink.tick(0);
    uplink.sendUdp(new Uint8Array(53));
  }
  assertEquals([line.lookUps, line.sockets.length], [1, 1]);
  assertEquals(line.sockets[0].sent.length, 100);
  assertEquals(line.sockets[0].sent[0], "192.0.2.1:8001 53");
  assertEquals(uplink.problem(), "");
});

Deno.test("createUplink() makes its socket anew after a time without a network", () => {
  const line = newLine();
  const uplink = createUplink(hardwareOn(line), SERVER, () => {});
  uplink.tick(0);
  uplink.sendUdp(new Uint8Array(53));
  line.isUp = false;
  uplink.tick(0);
  uplink.sendUdp(new Uint8Array(53));
  assertEquals(line.sockets.map(({ isOpen, sent }) => [isOpen, sent.length]), [[false, 1]]);
  assertEquals(uplink.problem(), "there is no network");
  line.isUp = true;
  uplink.tick(0);
  uplink.sendUdp(new Uint8Array(53));
  assertEquals(line.sockets.map(({ isOpen, sent }) => [isOpen, sent.length]), [
    [false, 1],
    [true, 1],
  ]);
  assertEquals(line.printed, ["Cannot report: there is no network"]);
});

Deno.test("createUplink() looks a server up again that has been silent for long", () => {
  const line = newLine();
  const uplink = createUplink(hardwareOn(line), SERVER, () => {});
  for (let second = 0; second < 600; second++) {
    line.uptime = 1000 * second;
    if (second === 300) line.address = "192.0.2.2";
    uplink.tick(Math.floor(second / 5));
  }
  assert(line.lookUps > 5 && line.lookUps < 40, `${line.lookUps} look-ups`);
  uplink.sendUdp(new Uint8Array(53));
  assertEquals(line.sockets.at(-1)!.sent, ["192.0.2.2:8001 53"]);
});

Deno.test("createUplink() posts to the address under the server's own name", () => {
  const line = newLine();
  const uplink = createUplink(hardwareOn(line), SERVER, () => {});
  const answers: unknown[] = [];
  uplink.postHttp(new Uint8Array(53), (bytes) => answers.push(bytes));
  assertEquals([answers, line.posts], [[undefined], []]);
  uplink.tick(0);
  uplink.postHttp(new Uint8Array(53), () => {});
  assertEquals(line.posts, ["192.0.2.1:8000 meters.example"]);
});

Deno.test("createUplink() sends no UDP to a server that takes none", () => {
  const line = newLine();
  const uplink = createUplink(hardwareOn(line), { ...SERVER, udpPort: 0 }, () => {});
  uplink.tick(0);
  uplink.sendUdp(new Uint8Array(53));
  assertEquals(line.sockets, []);
});

Deno.test("createWifiKeeper() joins anew where the network lets nothing through", () => {
  const line = newLine();
  const keeper = createWifiKeeper(hardwareOn(line), "Home", "12345678");
  keeper.tick(59);
  assertEquals(line.joins, []);
  for (; line.uptime < 600_000; line.uptime += 1000) keeper.tick(60);
  assert(line.joins.length >= 3 && line.joins.length <= 6, `${line.joins.length} times`);
});

Deno.test("createWifiKeeper() joins again and again, ever more rarely, and at once after a loss", () => {
  const line = newLine();
  line.isUp = false;
  const keeper = createWifiKeeper(hardwareOn(line), "Home", "12345678");
  const live = (seconds: number) => {
    const end = line.uptime + 1000 * seconds;
    for (; line.uptime < end; line.uptime += 1000) {
      keeper.tick(0);
    }
  };
  live(3600);
  const pauses = line.joins.slice(1).map((at, i) => (at - line.joins[i]) / 1000);
  assertEquals(pauses.slice(0, 6), [20, 40, 80, 160, 300, 300]);
  line.isUp = true;
  live(10);
  const before = line.joins.length;
  line.isUp = false;
  live(1);
  assertEquals(line.joins.length, before + 1);
});
