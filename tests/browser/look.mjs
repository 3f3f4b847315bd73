// Opens a page in a headless Chromium as a person would and prints, as JSON, what is to be seen.
// node look.mjs PAGE_URL FOLDER_FOR_SCREENSHOTS

import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import chromium, { inflate, setupLambdaEnvironment } from '@sparticuz/chromium';
import puppeteer from 'puppeteer-core';

const WIDTHS = [1280, 390];
const SCHEMES = ['light', 'dark'];
const PLAYED = 0.3; // seconds of a clip after which it is seen to play
const PATIENCE = 120_000; // milliseconds

// Unpacks the browser, the libraries that it links to and a font into the temporary folder, so that
// neither has to be on the system; the page looks the same everywhere.
async function browserOfThePackage() {
  const program = await chromium.executablePath();
  const module = fileURLToPath(import.meta.resolve('@sparticuz/chromium'));
  await inflate(path.join(path.dirname(module), '..', 'bin', 'al2023.tar.br'));
  // The package's own file names folders that only Lambda has.
  const fonts = path.join(tmpdir(), 'fonts');
  await writeFile(
    path.join(fonts, 'fonts.conf'),
    `<fontconfig><dir>${fonts}</dir><cachedir>${fonts}</cachedir></fontconfig>`,
  );
  setupLambdaEnvironment(path.join(tmpdir(), 'al2023', 'lib'));
  return program;
}

function layout() {
  const right = document.documentElement.clientWidth;
  const box = (element) => element.getBoundingClientRect();
  const visible = [...document.querySelectorAll('body *')].filter((e) => box(e).width > 1);
  return {
    scrolls: document.documentElement.scrollWidth > right,
    sticksOut: visible.filter((e) => box(e).right > right + 0.5).map((e) => e.outerHTML.slice(0, 80)),
    frames: [...document.querySelectorAll('video')].map((video) => {
      const { width, height } = box(video);
      return [Math.round(width), Math.round(height)];
    }),
  };
}

// Texts whose contrast is below what WCAG 2.2 asks of body text (4.5 : 1), with the ratio.
function faintTexts() {
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = (color) => {
    const [red, green, blue] = channels(color).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = (element) => {
    const color = getComputedStyle(element).backgroundColor;
    return channels(color)[3] === 0 ? ground(element.parentElement) : color;
  };
  const written = [...document.querySelectorAll('body :not(video, video *)')].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()));
  return written.map((element) => {
    const pair = [luminance(getComputedStyle(element).color), luminance(ground(element))];
    const [dark, light] = pair.sort((one, other) => one - other);
    return [element.textContent.trim(), (light + 0.05) / (dark + 0.05)];
  }).filter(([, contrast]) => contrast < 4.5);
}

function content() {
  const texts = (selector) => [...document.querySelectorAll(selector)].map((e) => e.textContent);
  return {
    text: document.body.innerText,
    titles: texts('h3'),
    elementsFromTitles: document.querySelectorAll('script, img, h3 *').length,
    labels: [...document.querySelectorAll('video')].map((video) => video.ariaLabel),
  };
}

// Tabs to each clip in turn, as somebody without a mouse does, and plays it with the space bar.
async function playAll(page) {
  const clips = await page.$$('video');
  const seen = [];
  for (const clip of clips) {
    for (let presses = 0; presses < 20; presses += 1) {
      await page.keyboard.press('Tab');
      if (await clip.evaluate((video) => video.matches(':focus-visible'))) break;
    }
    await page.keyboard.press('Space');
    await page.waitForFunction(
      (video, played) => video.currentTime > played, { timeout: PATIENCE }, clip, PLAYED,
    ).catch((error) => { if (error.name !== 'TimeoutError') throw error; });
    seen.push(await clip.evaluate(async (video) => {
      video.pause();
      const poster = new Image();
      poster.src = video.poster;
      await poster.decode().catch(() => {});
      return {
        seconds: video.currentTime,
        error: video.error?.message ?? null,
        picture: [video.videoWidth, video.videoHeight],
        poster: [poster.naturalWidth, poster.naturalHeight],
      };
    }));
  }
  return seen;
}

const [url, folder] = process.argv.slice(2);
const browser = await puppeteer.launch({
  timeout: PATIENCE,
  executablePath: process.env.CHROME_PATH ?? await browserOfThePackage(),
  headless: 'shell',
  args: [
    '--no-sandbox', // a container's root has no sandbox; the page is the test's own
    '--disable-background-networking',
    '--host-resolver-rules=MAP * ~NOTFOUND',
    '--mute-audio',
  ],
});
try {
  const page = await browser.newPage();
  const requests = new Set();
  const loaded = new Set();
  const complaints = [];
  page.on('request', (request) => requests.add(request.url()));
  page.on('requestfinished', (request) => loaded.add(request.url()));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => { complaints.push(dialog.message()); dialog.dismiss(); });

  const layouts = {};
  const faint = {};
  for (const width of WIDTHS) {
    await page.setViewport({ width, height: 900 });
    for (const scheme of SCHEMES) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await page.goto(url, { timeout: PATIENCE });
      await page.screenshot({ path: path.join(folder, `${width}-${scheme}.png`), fullPage: true });
      layouts[width] = await page.evaluate(layout);
      faint[scheme] = await page.evaluate(faintTexts);
    }
  }
  const loadedUnasked = [...loaded];
  const found = {
    ...await page.evaluate(content), clips: await playAll(page), layouts, faint, loadedUnasked,
    requests: [...requests], complaints,
  };
  process.stdout.write(JSON.stringify(found));
} finally {
  await browser.close();
}
