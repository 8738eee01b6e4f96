// Opens a page in Debian's Chromium and prints what it left in `window.found`, as JSON.
// node drive.mjs EXECUTABLE URL
import { chromium } from "playwright-core";

const [executablePath, url] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath,
  headless: true,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
const page = await browser.newPage();
const complaints = [];
page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
page.on("pageerror", (error) => complaints.push(String(error)));
await page.goto(url);
await page.waitForFunction(() => window.done, null, { timeout: 60_000 }).catch((error) => complaints.push(String(error)));
const found = await page.evaluate(() => window.found);
console.log(JSON.stringify({ version: browser.version(), found, complaints }));
await browser.close();
