import type { App } from 'electron';
import type { AppInfo } from '../../src-shared/contract/views.ts';

const LICENCE = 'AGPL-3.0-only';

export function appInfo(app: App): AppInfo {
  const { platform } = process;
  return {
    version: app.getVersion(),
    platform: platform === 'darwin' || platform === 'win32' ? platform : 'linux',
    licence: LICENCE,
    // The stand-in says so where Electron has the version of its Chromium.
    host: process.versions.chrome === 'stand-in' ? 'stand-in' : 'electron',
  };
}

/** What the system's own About panel shows. */
export function describeApp(app: App, info: AppInfo): void {
  app.setAboutPanelOptions({
    applicationName: 'Kith',
    applicationVersion: info.version,
    copyright: `Free software under the ${info.licence} licence.`,
    credits: 'End-to-end encrypted messages, by way of a relay that anyone can run.',
  });
}
