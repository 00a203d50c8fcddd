import { chromium } from "playwright-core";
const [,, file, out, width="1600", scheme="light", full="1"] = process.argv;
const b = await chromium.launch({executablePath:"/usr/bin/chromium", args:["--no-sandbox"]});
const p = await (await b.newContext({viewport:{width:+width,height:1000}, colorScheme:scheme})).newPage();
await p.goto("file://"+file);
await p.screenshot({path:out, fullPage: full==="1"});
await b.close();
