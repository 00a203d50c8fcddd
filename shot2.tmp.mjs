import { chromium } from "playwright-core";
const [,, file, out, width, scheme, y, h] = process.argv;
const b = await chromium.launch({executablePath:"/usr/bin/chromium", args:["--no-sandbox"]});
const p = await (await b.newContext({viewport:{width:+width,height:+h}, colorScheme:scheme, deviceScaleFactor:1})).newPage();
await p.goto("file://"+file); await p.evaluate(y=>scrollTo(0,y), +y);
await p.screenshot({path:out});
await b.close();
