/** Runs in the page before the interface: puts the scripted bridge where the preload would put the real one. */
import type { KithBridge } from '../../../src-shared/contract/bridge.ts';
import { isScenario, scenarios } from './scenarios.ts';
import { createScriptedBridge, type Script } from './scripted-bridge.ts';

interface ScriptedPage {
  readonly location: { readonly search: string };
  kith?: KithBridge;
  script?: Script;
}

const page = globalThis as unknown as ScriptedPage;
const query = new URLSearchParams(page.location.search);
const name = query.get('scenario') ?? 'main';
const world = scenarios[isScenario(name) ? name : 'main']();
const theme = query.get('theme');
if (theme === 'light' || theme === 'dark') world.settings = { ...world.settings, theme };

const { bridge, script } = createScriptedBridge(world);
page.kith = bridge;
page.script = script;
