// How smooth the panel is with a layer of 25,000 neurons: the time between two frames while its channels are scrolled, and
// while its threshold is dragged.
import { recipe, VERY_MANY, wide, wideRelevance } from '../../test/webview/made';
import { openBrowser, openPanel } from '../../test/webview/panel-in-browser';
import { median } from '../measure';

const FRAMES = 120;

export async function panelFrames(): Promise<void> {
  const browser = await openBrowser();
  try {
    const panel = await openPanel(browser);
    const { page } = panel;
    await panel.send(
      { type: 'model', inspection: wide, engines: [], measures: [] },
      { type: 'recipe', recipe: { ...recipe, model: wide.path } },
      { type: 'relevance', relevance: wideRelevance },
    );
    const scrolled = await page.locator('np-channels').evaluate(async (list, frames) => {
      const times: number[] = [];
      for (let i = 0, last = performance.now(); i < frames; i++) {
        list.scrollTop = (list.scrollHeight * i) / frames;
        const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
        times.push(now - last);
        last = now;
      }
      return times;
    }, FRAMES);
    const box = await page.locator('.threshold').first().boundingBox();
    if (box === null) throw new Error('there is no threshold');
    await page.evaluate(() => {
      const seen = globalThis as unknown as { frames: number[]; watching: boolean };
      seen.frames = [];
      seen.watching = true;
      let last = performance.now();
      const tick = (now: number): void => {
        seen.frames.push(now - last);
        last = now;
        if (seen.watching) requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
    });
    await page.mouse.move(box.x + 5, box.y + box.height / 2);
    await page.mouse.down();
    for (let i = 0; i < FRAMES; i++) await page.mouse.move(box.x + (box.width * i) / FRAMES, box.y + box.height / 2);
    await page.mouse.up();
    const dragged = await page.evaluate(() => {
      const seen = globalThis as unknown as { frames: number[]; watching: boolean };
      seen.watching = false;
      return seen.frames;
    });
    console.log(`\nPanel with a layer of ${VERY_MANY.toLocaleString('en')} neurons, between two frames`);
    for (const [what, times] of [
      ['scrolling its channels', scrolled],
      ['dragging its threshold', dragged],
    ] as const) {
      const sorted = [...times].sort((a, b) => a - b);
      const late = sorted[Math.floor(0.95 * sorted.length)] ?? 0;
      console.log(`  ${what.padEnd(28)} ${median(sorted).toFixed(1)} ms, 95 % within ${late.toFixed(1)} ms`);
    }
  } finally {
    await browser.close();
  }
}
