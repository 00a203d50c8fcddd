// Preloaded: says on standard error, and ends, where anything asks for a connection, in threads too.
import dgram from "node:dgram";
import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";

function told(what) {
	return (...args) => {
		process._rawDebug(`NETWORK: ${what} ${JSON.stringify(args[0])}`);
		process.exit(99);
	};
}

net.Socket.prototype.connect = told("connect");
net.connect = net.createConnection = told("connect");
dns.lookup = dns.resolve = told("lookup");
dns.promises.lookup = dns.promises.resolve = told("lookup");
dgram.createSocket = told("socket");
globalThis.fetch = told("fetch");
syncBuiltinESMExports();
