/** A Chromium for tests of the interface: fresh profile, no background traffic. */
import { chromium, type Browser } from 'playwright-core';

const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** `KITH_CHROMIUM` names another browser than the system's. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['KITH_CHROMIUM'] ?? '/usr/bin/chromium',
    args: FLAGS,
  });
}
